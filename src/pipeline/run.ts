// The straight line: open model → for each block: capture inputs, accumulate Hessians, solve each layer with each recipe → evaluate.
// Pulling the generator runs it, not pulling pauses it, `return()` cancels it and frees every buffer.
import type { Gpu } from '../gpu/gpu.ts'
import type { Model } from '../model/model.ts'
import { checkPlan } from './check-plan.ts'
import { Baseline, evaluate } from './evaluate.ts'
import type { Perplexity, RunEvent } from './events.ts'
import { faithful } from './faithful.ts'
import type { HessianCache } from './hessian-cache.ts'
import type { Plan } from './plan.ts'
import { identify } from './identity.ts'
import { keepingOf, quick } from './quick.ts'
import { relabel } from './relabel.ts'
import { Solutions } from './solutions.ts'
import { planWindows, windowWarnings, type RunTexts } from './windows.ts'

export type { TokenText } from './windows.ts'

export interface RunInputs extends RunTexts {
  gpu: Gpu
  model: Model
  /** Hessians of earlier runs of this model; used again when text and windows are the same. */
  cache: HessianCache
  /** Where the solved layers go, for whoever wants them after the run. */
  solutions?: Solutions
}

/** Runs a plan. @throws InputError when the plan or the texts do not fit the model. */
export async function* run(inputs: RunInputs, plan: Plan): AsyncGenerator<RunEvent> {
  const { gpu, model, cache } = inputs
  checkPlan(plan, model.layers)
  const windows = planWindows(inputs, plan)
  const { calibration, heldOut, evaluation } = windows
  const identity = await identify(model, windows)
  const keeping = plan.mode === 'quick' ? keepingOf(cache, model, windows) : undefined
  yield {
    event: 'started',
    plan,
    model: { ...model.facts, fingerprint: identity.fingerprint },
    adapter: gpu.adapter,
    layers: model.layers,
    cached: keeping?.cached ?? false,
    calibration: {
      text: inputs.calibration.name,
      tokens: calibration.length * plan.window,
      windows: calibration.length,
      ...(heldOut.length && { heldOut: heldOut.length }),
      digest: identity.calibration,
      ...(identity.heldOut && { heldOutDigest: identity.heldOut }),
    },
    evaluation: {
      text: inputs.evaluation.name,
      windows: evaluation.length,
      ...(identity.evaluation && { digest: identity.evaluation }),
    },
  }
  yield* windowWarnings(inputs, model.facts, plan, windows)

  const { solutions = new Solutions() } = inputs
  if (keeping) yield* quick(inputs, plan, windows, keeping, solutions)
  else yield* faithful(inputs, plan, windows, solutions)

  const perplexity: Record<string, Perplexity> = {}
  using baseline = new Baseline()
  for (const name of evaluation.length ? ['unquantized', ...plan.recipes] : []) {
    const events = evaluate(gpu, model, evaluation, solutions.substitute(gpu, name), baseline)
    perplexity[name] = yield* relabel(events, (progress): RunEvent => ({
      event: 'evaluating',
      model: name,
      ...progress,
    }))
    yield { event: 'perplexity', model: name, ...perplexity[name] }
  }
  yield { event: 'finished', perplexity, layers: solutions.results }
}
