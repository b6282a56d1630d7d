// What is to be known of a plan before it runs: the checks, the memory it needs, and what would fit. Nothing runs on the
// device for it, and no file is read again but a text that is new.
import { InputError } from '../../formats/errors.ts'
import { bareFitOf } from '../../pipeline/bare-fit.ts'
import { bareJob } from '../../pipeline/bare-layers.ts'
import { fitOf, type Fit, type Limits } from '../../pipeline/fit.ts'
import { bareChecks, planChecks, type PlanCheck, type ReadText } from '../../pipeline/plan-checks.ts'
import type { Plan } from '../../pipeline/plan.ts'
import type { Answerer } from '../asking.ts'
import type { OpenedBare, OpenedModel } from '../open.ts'
import type { NamedText } from '../protocol.ts'

export interface AdviceAsked {
  plan: Plan
  calibration?: NamedText
  evaluation?: NamedText
  /** Of matrices without a model, those to be solved; absent: all. */
  only?: readonly string[]
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
  async answer({ gpu, opened }, asked) {
    const { budgetBytes } = asked
    const limits = { device: gpu, ...(budgetBytes !== undefined && { budgetBytes }) }
    const { adapter } = gpu
    const memory = (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory
    return {
      ...('bare' in opened ? ofMatrices(opened, asked, limits) : await ofModel(opened, asked, limits)),
      limitBytes: Math.min(adapter.maxBindingBytes, adapter.maxBufferBytes),
      ...(memory !== undefined && { deviceMemoryBytes: memory * 2 ** 30 }),
    }
  },
}

type Found = Pick<Advice, 'checks' | 'fit'>

async function ofModel(opened: OpenedModel, asked: AdviceAsked, limits: Limits): Promise<Found> {
  const { plan, calibration, evaluation } = asked
  const texts = {
    calibration: await readText(opened, 'calibration', calibration),
    evaluation: await readText(opened, 'evaluation', evaluation),
  }
  return { checks: planChecks(opened.model, plan, texts), fit: fitOf(opened.model, plan, limits) }
}

function ofMatrices({ bare }: OpenedBare, { plan, only }: AdviceAsked, limits: Limits): Found {
  const job = bareJob(bare, plan, only)
  return { checks: bareChecks(job.matrices, plan), fit: bareFitOf(job, limits) }
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
