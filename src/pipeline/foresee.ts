// How long a plan will take on a device: the device is measured, unless its rates are known, and the plan's work counted.
import type { Model } from '../model/model.ts'
import { windowsPerChunk } from './chunks.ts'
import { estimateOf, type Estimate } from './estimate.ts'
import type { Plan } from './plan.ts'
import { probeDevice, probeSolving, solveKey, type DeviceRates, type Probing, type SolveRates } from './probe.ts'
import { keepingOf } from './quick.ts'
import type { RunInputs } from './run.ts'
import { planWindows } from './windows.ts'
import { planWork } from './work.ts'

/** Rates of one device: they depend on the model's shapes, and on recipes and their settings. */
export class KnownRates {
  readonly models = new WeakMap<Model, DeviceRates>()
  readonly solving = new Map<string, SolveRates>()
}

/** Undefined when it was not wanted to the end. @throws InputError when plan and texts do not fit. */
export async function foresee(
  inputs: Omit<RunInputs, 'solutions'>,
  plan: Plan,
  known: KnownRates,
  { now, wanted }: Pick<Probing, 'now' | 'wanted'>,
): Promise<Estimate | undefined> {
  const { gpu, model, cache } = inputs
  const windows = planWindows(inputs, plan)
  const given = { gpu, now, wanted }
  const device = known.models.get(model) ?? (await probeDevice(given, model))
  if (!device) return undefined
  known.models.set(model, device)
  const key = solveKey(plan)
  const solve = known.solving.get(key) ?? (await probeSolving(given, plan))
  if (!solve) return undefined
  known.solving.set(key, solve)
  const counts = {
    calibration: windows.calibration.length,
    heldOut: windows.heldOut.length,
    evaluation: windows.evaluation.length,
  }
  const perChunk = windowsPerChunk(gpu, model, { window: plan.window, windows: counts.calibration })
  const cached = plan.mode === 'quick' && keepingOf(cache, model, windows).cached
  return estimateOf(planWork(model, plan, counts, { perChunk, cached }), device, solve)
}
