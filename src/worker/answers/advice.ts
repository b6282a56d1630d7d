// What is to be known of a plan before it runs: the checks, the memory it needs, and what would fit. Nothing runs on the
// device for it, and no file is read again but a text that is new.
import { InputError } from '../../formats/errors.ts'
import { fitOf, type Fit } from '../../pipeline/fit.ts'
import { planChecks, type PlanCheck, type ReadText } from '../../pipeline/plan-checks.ts'
import type { Plan } from '../../pipeline/plan.ts'
import type { Answerer } from '../asking.ts'
import { wholeModel, type OpenedModel } from '../open.ts'
import type { NamedText } from '../protocol.ts'

export interface AdviceAsked {
  plan: Plan
  calibration?: NamedText
  evaluation?: NamedText
  /** Most bytes alive together on the device, if the user has set any. */
  budgetBytes?: number
}

export interface Advice {
  checks: PlanCheck[]
  fit: Fit
  /** One buffer may hold so many bytes. */
  limitBytes: number
  /** What the browser says of this computer's memory, rounded and capped by it; absent where it says nothing. */
  deviceMemoryBytes?: number
}

export const advice: Answerer<'advice'> = {
  device: false,
  async answer({ gpu, opened }, { plan, calibration, evaluation, budgetBytes }) {
    const whole = wholeModel(opened)
    const { model } = whole
    const texts = {
      calibration: await readText(whole, 'calibration', calibration),
      evaluation: await readText(whole, 'evaluation', evaluation),
    }
    const { adapter } = gpu
    const memory = (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory
    return {
      checks: planChecks(model, plan, texts),
      fit: fitOf(model, plan, { device: gpu, ...(budgetBytes !== undefined && { budgetBytes }) }),
      limitBytes: Math.min(adapter.maxBindingBytes, adapter.maxBufferBytes),
      ...(memory !== undefined && { deviceMemoryBytes: memory * 2 ** 30 }),
    }
  },
}

async function readText(
  { text }: OpenedModel,
  use: 'calibration' | 'evaluation',
  own: NamedText | undefined,
): Promise<ReadText> {
  try {
    const { name, ids } = await text(use, own)
    return { name, tokens: ids.length }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { name: own?.name ?? `${use}.txt`, problem: error.message }
  }
}
