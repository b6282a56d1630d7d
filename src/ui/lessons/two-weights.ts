// A layer of two weights, solved by the product's own references: what RTN, GPTQ and coordinate descent make of it, and
// what it costs. Levels are the whole numbers 0 to 7; loss = e H eᵀ.
import { quadraticForm } from '../../math/linear.ts'
import type { ReferenceLevels, ReferenceProblem } from '../../quantize/problem.ts'
import { gptq } from '../../quantize/steps/gptq.ts'
import { greedy } from '../../quantize/steps/greedy.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { optionValues } from '../../quantize/options.ts'

export type Pair = readonly [number, number]

/** The place in the picture where the lesson begins. */
export const startWeights: Pair = [2.54, 4.59]
export const startCorrelation = 0.79

/** Mean squares of the two inputs. */
const POWERS: Pair = [0.2965, 0.7904]

export const levels: ReferenceLevels = {
  bits: 3,
  group: 0,
  symmetric: false,
  scaleType: 'f32',
  width: 2,
  groups: 1,
  scales: Float64Array.of(1),
  zeros: Float64Array.of(0),
  zeroType: 'integer',
}

export interface TwoWeights {
  weights: Pair
  /** Of the two inputs, −1 … 1. */
  correlation: number
}

/** H of the two inputs, row-major. */
export function hessianOf(correlation: number): Float64Array {
  const [a, d] = POWERS
  const c = correlation * Math.sqrt(a * d)
  return Float64Array.of(a, c, c, d)
}

export interface Ending {
  codes: Pair
  loss: number
}

export interface TwoSolved {
  problem: ReferenceProblem
  nearest: Ending
  /** `target`: where GPTQ moves the second weight before it rounds it. */
  gptq: Ending & { target: number }
  /** Every point on the way from the nearest, that included. */
  descent: Ending & { path: Pair[] }
  /** Lowest loss of all 64 pairs of levels. */
  least: Ending
}

export function lossOf({ hessian, weights }: ReferenceProblem, [a, b]: Pair): number {
  return quadraticForm([a - weights[0], b - weights[1]], hessian, 1, 2)
}

export function solveTwo({ weights, correlation }: TwoWeights): TwoSolved {
  const hessian = hessianOf(correlation)
  const problem: ReferenceProblem = { rows: 1, columns: 2, weights: Float64Array.from(weights), hessian }
  const ending = (codes: ArrayLike<number>): Ending => {
    const pair: Pair = [codes[0], codes[1]]
    return { codes: pair, loss: lossOf(problem, pair) }
  }
  const rounded = nearest.reference(problem, levels, undefined, {}).codes
  const values = optionValues(gptq.options)
  const fed = gptq.reference(problem, levels, undefined, values).codes
  const path: Pair[] = [ending(rounded).codes]
  for (let moves = 1; ; moves++) {
    const { codes } = greedy.reference(problem, levels, rounded, optionValues(greedy.options, { moves }))
    const next = ending(codes).codes
    const [a, b] = path[path.length - 1]
    if (next[0] === a && next[1] === b) break
    path.push(next)
  }
  const all = Array.from({ length: 64 }, (_, at) => ending([at >> 3, at & 7]))
  // The error of the first weight, made up for by the second one: the damped best place on its line.
  const damped = hessian[3] + values.damp * ((hessian[0] + hessian[3]) / 2)
  const target = weights[1] + ((weights[0] - fed[0]) * hessian[1]) / damped
  return {
    problem,
    nearest: ending(rounded),
    gptq: { ...ending(fed), target },
    descent: { ...ending(path[path.length - 1]), path },
    least: all.reduce((best, one) => (one.loss < best.loss ? one : best)),
  }
}
