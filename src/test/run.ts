// Runs of a tiny random model, for tests.
import { random } from '../math/random.ts'
import { openModel, type Model } from '../model/model.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { planWindows, type RunTexts, type RunWindows, type TokenText } from '../pipeline/windows.ts'
import { tinyCheckpoint, tinyLlama, type TinyLlama } from './tiny-llama.ts'

/** A short plan for it: calibration windows, held-out windows, one evaluation window. */
export const tinyPlan: Plan = {
  ...defaultPlan,
  recipes: ['rtn', 'gptq', 'cdquant'],
  window: 13,
  samples: 5,
  heldOut: 2,
  windows: 1,
}

/** So many random ids of the tiny model's vocabulary. */
export function textOf(name: string, tokens: number, seed: number): TokenText {
  const source = random(seed)
  return { name, ids: Uint32Array.from({ length: tokens }, () => source.integer(77)) }
}

export interface TinyRun {
  tiny: TinyLlama
  model: Model
  texts: RunTexts
  windows: RunWindows
}

export async function tinyModel(plan: Plan): Promise<TinyRun> {
  const tiny = tinyLlama()
  const texts = { calibration: textOf('calibration', 99, 5), evaluation: textOf('evaluation', 30, 6) }
  return { tiny, model: openModel(await tinyCheckpoint(tiny)), texts, windows: planWindows(texts, plan) }
}
