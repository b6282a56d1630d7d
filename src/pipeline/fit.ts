// Does a plan fit this device? Single buffers against the adapter's limits, which are known; the bytes alive together
// against a budget, where one was given: WebGPU does not tell how much memory a device has. And the plan nearest to it
// that does fit: fewer windows, shorter ones, quick instead of faithful, fewer recipes, in that order.
import { GpuLimitError } from '../gpu/errors.ts'
import type { LayerFacts } from '../model/facts.ts'
import { checkAdapter } from '../model/memory.ts'
import type { Model } from '../model/model.ts'
import { memoryPlan, type MemoryDevice, type MemoryPlan } from './memory.ts'
import type { Plan } from './plan.ts'

export interface Limits {
  device: MemoryDevice
  /** Most bytes alive together, as the user wants it. */
  budgetBytes?: number
}

export interface Misfit {
  /** 'model': no plan for it helps; 'plan': this adapter cannot run it; 'budget': more than the user wants. */
  of: 'model' | 'plan' | 'budget'
  /** One sentence with the numbers. */
  fact: string
}

const count = (value: number) => value.toLocaleString('en-US')

/** What does not fit; nothing: all does. */
export function misfits(
  model: { layers: readonly Pick<LayerFacts, 'layer' | 'columns'>[] },
  { buffers, peakBytes }: MemoryPlan,
  { device: { adapter }, budgetBytes }: Limits,
): Misfit[] {
  try {
    checkAdapter(model, adapter)
  } catch (error) {
    if (!(error instanceof GpuLimitError)) throw error
    return [{ of: 'model', fact: error.message }]
  }
  const limit = Math.min(adapter.maxBindingBytes, adapter.maxBufferBytes)
  const found = buffers
    .filter(({ bytes }) => bytes > limit)
    .map(({ label, bytes, detail }): Misfit => ({
      of: 'plan',
      fact: `${label} (${detail}) needs ${count(bytes)} bytes in one buffer, this adapter allows ${count(limit)}`,
    }))
  if (budgetBytes !== undefined && peakBytes > budgetBytes)
    found.push({
      of: 'budget',
      fact: `${count(peakBytes)} bytes are needed at the peak, ${count(budgetBytes)} are allowed`,
    })
  return found
}

/** Something of a plan that can be lowered, from what it is down to the least that makes sense. */
export interface Knob<T> {
  /** Values from the least on; the last is the plan's own. */
  steps: number
  at(one: T, step: number): T
}

const wholes = (from: number, to: number) => Math.max(1, to - from + 1)

/** In the order in which they are turned. */
function knobsOf(plan: Plan): Knob<Plan>[] {
  const powers = (least: number, most: number) => {
    const values = [most]
    for (let value = 2 ** Math.ceil(Math.log2(most) - 1); value >= least; value /= 2) values.unshift(value)
    return values
  }
  const windows = powers(32, plan.window)
  const correction = plan.mode === 'quick' ? 0 : plan.correction
  const modes: Pick<Plan, 'mode' | 'correction'>[] =
    plan.mode === 'quick'
      ? [{ mode: 'quick', correction }]
      : [
          { mode: 'quick', correction: 0 },
          { mode: 'faithful', correction },
        ]
  return [
    { steps: wholes(1, plan.samples), at: (one, step) => ({ ...one, samples: step + 1 }) },
    {
      steps: wholes(Math.min(1, plan.windows), plan.windows),
      at: (one, step) => ({ ...one, windows: step + Math.min(1, plan.windows) }),
    },
    { steps: wholes(0, plan.heldOut), at: (one, step) => ({ ...one, heldOut: step }) },
    { steps: windows.length, at: (one, step) => ({ ...one, window: windows[step] }) },
    { steps: modes.length, at: (one, step) => ({ ...one, ...modes[step] }) },
    recipesKnob(plan),
  ]
}

/** The first of them. */
export function recipesKnob({ recipes }: Plan): Knob<Plan> {
  const at = (one: Plan, step: number) => ({
    ...one,
    recipes: step + 1 < recipes.length ? recipes.slice(0, step + 1) : recipes,
  })
  return { steps: recipes.length, at }
}

/** The largest step of 0 … last for which `fits` holds; it holds for 0, and for every step below one for which it holds. */
function largest(last: number, fits: (step: number) => boolean): number {
  let [low, high] = [0, last]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}

/** The plan that fits and gives up least. Undefined where even the smallest does not fit. */
export function smallerPlan(fits: (plan: Plan) => boolean, plan: Plan): Plan | undefined {
  return nearest(fits, plan, knobsOf(plan))
}

/**
 * What fits and gives up least, in the order of the knobs: as few of them as possible are turned, and each as little as
 * the ones before it allow.
 */
export function nearest<T>(fits: (one: T) => boolean, plan: T, knobs: readonly Knob<T>[]): T | undefined {
  const lowered: number[] = knobs.map(({ steps }) => steps - 1)
  const turned = () => knobs.reduce((one, knob, i) => knob.at(one, lowered[i]), plan)
  const used = knobs.findIndex((_, i) => {
    lowered[i] = 0
    return fits(turned())
  })
  if (used < 0) return undefined
  // The last one that had to be touched is raised again first, so that the ones before it give up the most.
  for (let i = used; i >= 0; i--) {
    lowered[i] = largest(knobs[i].steps - 1, (step) => {
      const before = lowered[i]
      lowered[i] = step
      const good = fits(turned())
      lowered[i] = before
      return good
    })
  }
  return turned()
}

/** What a plan gives up against another, in words: '6 of 16 calibration windows, windows of 128 tokens'. */
export function changeWords(plan: Plan, smaller: Plan): string {
  const words: string[] = []
  if (smaller.samples !== plan.samples)
    words.push(`${count(smaller.samples)} of ${count(plan.samples)} calibration windows`)
  if (smaller.windows !== plan.windows)
    words.push(`${count(smaller.windows)} of ${count(plan.windows)} evaluation windows`)
  if (smaller.heldOut !== plan.heldOut) words.push(`${count(smaller.heldOut)} of ${count(plan.heldOut)} held out`)
  if (smaller.window !== plan.window) words.push(`windows of ${count(smaller.window)} tokens`)
  if (smaller.mode !== plan.mode) words.push('quick instead of faithful')
  if (smaller.recipes.length !== plan.recipes.length) words.push(`only ${smaller.recipes.join(', ')}`)
  return words.join(', ')
}

/** Only what differs, so that it can be taken as a change of the plan. */
export function changeOf(plan: Plan, smaller: Plan): Partial<Plan> {
  return Object.fromEntries(
    Object.entries(smaller).filter(([key, value]) => value !== plan[key as keyof Plan]),
  ) as Partial<Plan>
}

export interface Fit {
  memory: MemoryPlan
  misfits: Misfit[]
  /**
   * The nearest plan that fits, as a change; absent where all fits, or where none does. `only`: matrices without a model
   * that are left.
   */
  smaller?: { words: string; change: Partial<Plan>; only?: string[]; peakBytes: number }
}

/** Memory of a plan, what of it does not fit, and what would. */
export function fitOf(model: Model, plan: Plan, limits: Limits): Fit {
  const memoryOf = (one: Plan) => memoryPlan(model, one, limits.device)
  const memory = memoryOf(plan)
  const found = misfits(model, memory, limits)
  if (!found.length || found.some((one) => one.of === 'model')) return { memory, misfits: found }
  const smaller = smallerPlan((one) => !misfits(model, memoryOf(one), limits).length, plan)
  if (!smaller) return { memory, misfits: found }
  const { peakBytes } = memoryOf(smaller)
  return {
    memory,
    misfits: found,
    smaller: { words: changeWords(plan, smaller), change: changeOf(plan, smaller), peakBytes },
  }
}
