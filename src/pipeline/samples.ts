// How many calibration windows are enough: for growing numbers of them, the loss of recipes on held-out windows, which
// are the same for all sizes and in none of them. Unquantized Hessians (quick mode), grown from size to size.
import { InputError } from '../formats/errors.ts'
import { checkPlan } from './check-plan.ts'
import type { RunEvent } from './events.ts'
import { GrowingHessians } from './growing.ts'
import { cachedBytes } from './hessian-cache.ts'
import type { Plan } from './plan.ts'
import type { RunInputs } from './run.ts'
import { Solutions } from './solutions.ts'
import { solveBlock } from './solve-block.ts'
import type { TokenText } from './windows.ts'

export interface SamplesPoint {
  /** Calibration windows, and tokens in them. */
  windows: number
  tokens: number
  recipe: string
  /** Arithmetic means over the layers of relative losses: on the held-out windows, on the calibration windows. */
  heldOut: number
  seen: number
}

export type SamplesEvent =
  /** `of` sizes, `size` (from 0) under way. */
  | { event: 'grow'; size: number; of: number; windows: number; block: number; done: number; windowsOf: number }
  | { event: 'solve'; size: number; of: number; windows: number; layer: string; recipe: string }
  | ({ event: 'point' } & SamplesPoint)

export interface SamplesAsk {
  /** Recipes and all of their settings; its own windows, mode and mix of bits are not used. */
  plan: Plan
  /** Calibration windows at most; sizes are 1, 2, 4, … up to it. */
  most: number
  /** Windows at the end of the text that no size uses. */
  heldOut: number
}

/** Bytes that Hessians of these runs may take in ordinary memory. */
const BUDGET_BYTES = 2 ** 31

/** 1, 2, 4, … up to `most`. */
export function sizesUpTo(most: number): number[] {
  return Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, i) => 2 ** i)
}

/** Windows of a text: the held-out ones are its last whole windows. @throws InputError when nothing is left before them. */
export function samplesWindows(
  { name, ids }: TokenText,
  { plan: { window }, most, heldOut }: SamplesAsk,
): { calibration: Uint32Array[]; heldOut: Uint32Array[] } {
  const whole = Math.floor(ids.length / window)
  const before = whole - heldOut
  if (before < 1 || heldOut < 1)
    throw new InputError(
      `calibration text '${name}' has ${whole} windows of ${window} tokens; ${heldOut} held out leave none to calibrate on`,
    )
  const at = (i: number) => ids.subarray(i * window, (i + 1) * window)
  return {
    calibration: Array.from({ length: Math.min(most, before) }, (_, i) => at(i)),
    heldOut: Array.from({ length: heldOut }, (_, i) => at(before + i)),
  }
}

/** Yields progress and, size by size, a point for each recipe. @throws InputError when the plan or the text does not fit. */
export async function* samplesAgainstLoss(
  { gpu, model, calibration }: Pick<RunInputs, 'gpu' | 'model' | 'calibration'>,
  ask: SamplesAsk,
): AsyncGenerator<SamplesEvent> {
  const plan: Plan = { ...ask.plan, layerBits: {}, mode: 'quick', correction: 0 }
  checkPlan(plan, model.layers)
  const windows = samplesWindows(calibration, { ...ask, plan })
  const bytes = 2 * hessianBytes(model)
  if (bytes > BUDGET_BYTES)
    throw new InputError(
      `the Hessians of this model take ${bytes} bytes; up to ${BUDGET_BYTES} are kept for this chart`,
    )
  const sizes = sizesUpTo(windows.calibration.length)
  const growing = new GrowingHessians(gpu, model, windows.heldOut, bytes)
  for (const [size, count] of sizes.entries()) {
    const place = { size, of: sizes.length, windows: count }
    const fresh = windows.calibration.slice(size ? sizes[size - 1] : 0, count)
    for await (const { block, windows: done, of: windowsOf } of growing.add(fresh))
      yield { event: 'grow', ...place, block, done, windowsOf }
    const losses = new Map(plan.recipes.map((recipe) => [recipe, { heldOut: 0, seen: 0 }]))
    for (let block = 0; block < model.facts.blocks; block++) {
      const events = solveBlock({ gpu, model }, plan, block, growing.load(block), new Solutions())
      for await (const event of events) {
        if (event.event === 'solving') yield { event: 'solve', ...place, layer: event.layer, recipe: event.recipe }
        if (event.event === 'layer') add(losses, event, model.layers.length)
      }
    }
    const tokens = count * plan.window
    for (const [recipe, loss] of losses) yield { event: 'point', windows: count, tokens, recipe, ...loss }
  }
}

function hessianBytes(model: RunInputs['model']): number {
  const inputs = Array.from({ length: model.facts.blocks }, (_, block) => model.inputs(block)).flat()
  return cachedBytes(inputs.map(({ columns }) => columns))
}

/** Adds a layer's part of the means. */
function add(
  losses: ReadonlyMap<string, { heldOut: number; seen: number }>,
  { recipe, relative, heldOut }: RunEvent & { event: 'layer' },
  layers: number,
): void {
  const sum = losses.get(recipe)!
  sum.seen += relative / layers
  sum.heldOut += heldOut!.relative / layers
}
