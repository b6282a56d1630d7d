// Recorded results that lessons show where there is no WebGPU, and how recordings are kept small.
import type { LayerResult } from '../pipeline/events.ts'
import type { Plan } from '../pipeline/plan.ts'

/** One model of one run. */
export interface LessonResult {
  /** Recipe, or 'unquantized'. */
  recipe: string
  bits: number
  group: number
  /** Calibration text, where it is not the model's own. */
  text?: string
  perplexity: number
  standardError: number
  /** Geometric mean of the layers' relative losses; absent for the unquantized model. */
  relative?: number
  /** Bits per weight of all layers together, scales and zeros included. */
  effectiveBits?: number
}

/** What `npm run record` writes for the lessons. */
export interface LessonResults {
  model: string
  adapter: string
  /** Bits and group are those of each result. */
  plan: Plan
  groups: readonly LessonResult[]
  texts: readonly LessonResult[]
}

/** Over the layers of one recipe. */
export function meanLoss(layers: readonly LayerResult[]): { relative: number; effectiveBits: number } {
  const weights = layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0)
  const logs = layers.reduce((sum, { relative }) => sum + Math.log(relative), 0)
  const bits = layers.reduce((sum, { rows, columns, effectiveBits }) => sum + rows * columns * effectiveBits, 0)
  return { relative: Math.exp(logs / layers.length), effectiveBits: bits / weights }
}

/** Times in tenths of a millisecond, other numbers with eight significant digits. */
export function compactEvents<T>(events: readonly T[]): T[] {
  const text = JSON.stringify(events, (key, value: unknown) => {
    if (typeof value !== 'number' || Number.isInteger(value)) return value
    return key === 'at' || key === 'ms' ? Math.round(value * 10) / 10 : Number(value.toPrecision(8))
  })
  return JSON.parse(text) as T[]
}
