// The windows of a run: calibration windows first, held-out windows behind them in the same text, evaluation windows in
// a text of their own.
import type { ModelFacts } from '../model/facts.ts'
import { tokenWindows } from '../tokenizer/windows.ts'
import type { RunEvent } from './events.ts'
import type { Plan } from './plan.ts'
import type { SeenAndHeldOut } from './states.ts'

/** A text as token ids. */
export interface TokenText {
  name: string
  ids: Uint32Array
}

export interface RunTexts {
  calibration: TokenText
  evaluation: TokenText
}

export interface RunWindows extends SeenAndHeldOut {
  evaluation: readonly Uint32Array[]
}

/** @throws InputError for a text with fewer tokens than one window. */
export function planWindows(
  { calibration, evaluation }: RunTexts,
  { window, samples, heldOut, windows }: Plan,
): RunWindows {
  const of = (use: string, { name, ids }: TokenText, count: number) =>
    tokenWindows(ids, window, count, `${use} text '${name}'`)
  const all = of('calibration', calibration, samples + heldOut)
  return {
    calibration: all.slice(0, samples),
    heldOut: all.slice(samples),
    evaluation: windows ? of('evaluation', evaluation, windows) : [],
  }
}

/** Says where texts have fewer windows than asked for, or windows are longer than the model was made for. */
export function* windowWarnings(
  { calibration, evaluation }: RunTexts,
  { context }: ModelFacts,
  plan: Plan,
  windows: RunWindows,
): Generator<RunEvent> {
  const warn = (text: string): RunEvent => ({ event: 'warning', text })
  const fewer = (text: string, has: number, asked: number, what: string) =>
    warn(`${text} has ${has} of the ${asked} ${what} asked for`)
  const calibrating = `calibration text '${calibration.name}'`
  if (windows.calibration.length < plan.samples)
    yield fewer(calibrating, windows.calibration.length, plan.samples, 'windows')
  if (windows.heldOut.length < plan.heldOut)
    yield fewer(calibrating, windows.heldOut.length, plan.heldOut, 'held-out windows')
  if (windows.evaluation.length < plan.windows)
    yield fewer(`evaluation text '${evaluation.name}'`, windows.evaluation.length, plan.windows, 'windows')
  if (plan.window > context)
    yield warn(`windows of ${plan.window} tokens are longer than the ${context} the model was made for`)
}
