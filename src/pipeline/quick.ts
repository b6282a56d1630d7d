// Quick mode: the Hessians of the unquantized model, captured once for all recipes and kept for the next plan.
import type { Model } from '../model/model.ts'
import { Calibration } from './calibrate.ts'
import type { RunEvent } from './events.ts'
import { cachedBytes, type HessianCache } from './hessian-cache.ts'
import type { Plan } from './plan.ts'
import { relabel } from './relabel.ts'
import type { RunInputs } from './run.ts'
import type { Solutions } from './solutions.ts'
import { solveBlock } from './solve-block.ts'
import type { SeenAndHeldOut } from './states.ts'

/** What a run can have from the cache, and can leave there. */
export interface Keeping {
  key: string
  /** True when all Hessians are there. */
  cached: boolean
  /** Of all Hessians. */
  bytes: number
  /** True when there is room for them. */
  room: boolean
}

export function keepingOf(cache: HessianCache, model: Model, { calibration, heldOut }: SeenAndHeldOut): Keeping {
  const key = JSON.stringify([calibration, heldOut].map((windows) => windows.map((ids) => [...ids])))
  const columns = Array.from({ length: model.facts.blocks }, (_, block) => model.inputs(block))
    .flat()
    .map((input) => input.columns)
  const bytes = cachedBytes(columns) * (heldOut.length ? 2 : 1)
  return { key, cached: cache.holds(key, model.facts.blocks), bytes, room: bytes <= cache.budgetBytes }
}

export async function* quick(
  inputs: RunInputs,
  plan: Plan,
  windows: SeenAndHeldOut,
  { key, cached, bytes, room }: Keeping,
  solutions: Solutions,
): AsyncGenerator<RunEvent> {
  const { gpu, model, cache } = inputs
  if (!cached && !room)
    yield {
      event: 'warning',
      text: `the Hessians take ${bytes} bytes, too many to keep: changing the plan will calibrate again`,
    }
  using calibrating = cached ? undefined : new Calibration(gpu, model, windows)
  if (!cached) cache.begin(key, bytes)
  for (let block = 0; block < model.facts.blocks; block++) {
    const captured = calibrating
      ? yield* relabel(calibrating.block(block), (progress): RunEvent => ({ event: 'calibrating', block, ...progress }))
      : cache.load(gpu, block)
    if (!cached && room) await cache.keep(gpu, block, captured)
    yield* solveBlock(inputs, plan, block, captured, solutions)
  }
}
