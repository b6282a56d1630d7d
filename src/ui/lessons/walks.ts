// Step by step through the methods, on the product's references: the moves of greedy and cyclic descent one by one, and
// what GPTQ asks of the columns to come.
import { choleskyUpper } from '../../math/linear.ts'
import { optionValues } from '../../quantize/options.ts'
import type { ReferenceLevels, ReferenceProblem } from '../../quantize/problem.ts'
import { referenceResidual } from '../../quantize/reference.ts'
import { cyclic } from '../../quantize/steps/cyclic.ts'
import { gptq } from '../../quantize/steps/gptq.ts'
import { greedy } from '../../quantize/steps/greedy.ts'
import { lossOf } from './problem.ts'

/** Codes after some moves; `column`: which one moved last. */
export interface Place {
  codes: Uint8Array
  loss: number
  column?: number
}

/** Greedy descent of one row from `start`, move by move; the last place is its minimum. */
export function greedyWalk(problem: ReferenceProblem, levels: ReferenceLevels, start: Uint8Array): Place[] {
  const places: Place[] = [{ codes: start, loss: lossOf(problem, levels, start) }]
  // From place to place by one move each: the reference itself is asked for every one.
  for (;;) {
    const { codes: before } = places[places.length - 1]
    const { codes, moves } = greedy.reference(problem, levels, before, optionValues(greedy.options, { moves: 1 }))
    if (moves === 0) return places
    const column = codes.findIndex((code, j) => code !== before[j])
    places.push({ codes, loss: lossOf(problem, levels, codes), column })
  }
}

/** Cyclic descent of one row, move by move: within a sweep every column moves at most once, in its order. */
export function cyclicWalk(problem: ReferenceProblem, levels: ReferenceLevels, start: Uint8Array): Place[] {
  const places: Place[] = [{ codes: start, loss: lossOf(problem, levels, start) }]
  for (;;) {
    const before = places[places.length - 1].codes
    const { codes, moves } = cyclic.reference(problem, levels, before, optionValues(cyclic.options, { sweeps: 1 }))
    if (moves === 0) return places
    const now = Uint8Array.from(before)
    codes.forEach((code, column) => {
      if (code === before[column]) return
      now[column] = code
      places.push({ codes: Uint8Array.from(now), loss: lossOf(problem, levels, now), column })
    })
  }
}

/** What the best change of every column would take off the loss: δ² H_jj + 2 δ (E H)_j, at most 0. One row. */
export function gains(problem: ReferenceProblem, levels: ReferenceLevels, codes: Uint8Array): Float64Array {
  const { columns, hessian } = problem
  const { scales, width, bits } = levels
  const e = referenceResidual(problem, levels, codes)
  return Float64Array.from({ length: columns }, (_, j) => {
    let gradient = 0
    for (let i = 0; i < columns; i++) gradient += e[i] * hessian[i * columns + j]
    const scale = scales[Math.floor(j / width)]
    let best = 0
    for (let code = 0; code < 2 ** bits; code++) {
      const delta = scale * (code - codes[j])
      best = Math.min(best, delta * (delta * hessian[j * (columns + 1)] + 2 * gradient))
    }
    return -best
  })
}

/** GPTQ on one row. */
export interface GptqWalk {
  codes: Uint8Array
  loss: number
  /**
   * Where every column is wanted after `done` columns are rounded: w_t + Σ_{s < done} (w − ŵ)_s M[s, t]. Columns that
   * are done give their last target.
   */
  targets(done: number): Float64Array
  damping: number
}

/**
 * The codes are those of the reference (by U with UᵀU = H⁻¹); the targets come from the other form of the same method,
 * H + λI = C Cᵀ, M = C diag(1 / diag C) − I, so that each checks the other.
 */
export function gptqWalk(problem: ReferenceProblem, levels: ReferenceLevels, damp = 0.01): GptqWalk {
  const { columns: n, hessian, weights } = problem
  const { codes, damping = [] } = gptq.reference(problem, levels, undefined, optionValues(gptq.options, { damp }))
  const used = damping[damping.length - 1]
  let mean = 0
  for (let j = 0; j < n; j++) mean += hessian[j * (n + 1)] / n
  // Upper C with C Cᵀ = A is the upper R with Rᵀ R of A read backwards, read backwards.
  const backwards = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [n - 1 - Math.floor(at / n), n - 1 - (at % n)]
    const live = hessian[i * (n + 1)] > 0 ? hessian[i * (n + 1)] + used * mean : 1
    return i === j ? live : hessian[i * n + j]
  })
  const R = choleskyUpper(backwards, n)
  if (!R) throw new RangeError(`the damped Hessian of ${n} columns has no factor`)
  const c = (i: number, j: number) => R[(n - 1 - j) * n + (n - 1 - i)]
  const e = referenceResidual(problem, levels, codes)
  const targets = (done: number) =>
    Float64Array.from({ length: n }, (_, t) => {
      let target = weights[t]
      if (hessian[t * (n + 1)] > 0) for (let s = 0; s < Math.min(done, t); s++) target -= (e[s] * c(s, t)) / c(t, t)
      return target
    })
  return { codes, loss: lossOf(problem, levels, codes), targets, damping: used }
}
