// How long a plan will take on a device: the device is measured, unless its rates are known, and the plan's work counted.
import type { Bare } from '../formats/bare.ts'
import type { Model } from '../model/model.ts'
import { bareJob } from './bare-layers.ts'
import type { BareInputs } from './bare-run.ts'
import { windowsPerChunk } from './chunks.ts'
import { estimateOf, type Estimate } from './estimate.ts'
import type { Plan } from './plan.ts'
import { probeDevice, probeLayers, probeSolving, solveKey } from './probe.ts'
import type { DeviceRates, Probed, Probing, SolveRates } from './probe.ts'
import { keepingOf } from './quick.ts'
import type { RunInputs } from './run.ts'
import { planWindows } from './windows.ts'
import { bareWork, planWork } from './work.ts'

/** Rates of one device: they depend on the model's shapes, and on recipes and their settings. */
export class KnownRates {
  readonly models = new WeakMap<Model | Bare, DeviceRates>()
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
  const rates = await ratesOf(given, plan, known, model, () => probeDevice(given, model))
  if (!rates) return undefined
  const counts = {
    calibration: windows.calibration.length,
    heldOut: windows.heldOut.length,
    evaluation: windows.evaluation.length,
  }
  const perChunk = windowsPerChunk(gpu, model, { window: plan.window, windows: counts.calibration })
  const cached = plan.mode === 'quick' && keepingOf(cache, model, windows).cached
  return estimateOf(planWork(model, plan, counts, { perChunk, cached }), ...rates)
}

/** The same of matrices without a model. @throws InputError for a matrix that is not there. */
export async function foreseeBare(
  { gpu, bare, cache, only }: Omit<BareInputs, 'solutions'>,
  whole: Plan,
  known: KnownRates,
  { now, wanted }: Pick<Probing, 'now' | 'wanted'>,
): Promise<Estimate | undefined> {
  const { plan, layers, matrices } = bareJob(bare, whole, only)
  const given = { gpu, now, wanted }
  const rates = await ratesOf(given, plan, known, bare, async () => {
    const weights: Probed['weights'] = ({ layer }, ...part) => bare.weights(bare.layer(layer), ...part)
    const found = await probeLayers(given, { layers, weights })
    // Nothing goes through a model.
    return found && { ...found, product: 0, attention: 0, element: 0 }
  })
  return (
    rates &&
    estimateOf(
      bareWork(matrices, (layer) => cache.of(layer) !== undefined),
      ...rates,
    )
  )
}

async function ratesOf(
  given: Probing,
  plan: Plan,
  known: KnownRates,
  of: Model | Bare,
  probe: () => Promise<DeviceRates | undefined>,
): Promise<[DeviceRates, SolveRates] | undefined> {
  const device = known.models.get(of) ?? (await probe())
  if (!device) return undefined
  known.models.set(of, device)
  const key = solveKey(plan)
  const solve = known.solving.get(key) ?? (await probeSolving(given, plan))
  if (!solve) return undefined
  known.solving.set(key, solve)
  return [device, solve]
}
