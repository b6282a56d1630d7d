// The health of a Hessian: how loud its leading directions are, how close it is to singular, what damping it took.
// Leading eigenvalues: subspace iteration with a thin block on the GPU, five products and Rayleigh–Ritz, so that they
// are from below (1 % at the flat end of a spectrum, far less at its head). The smallest: inverse iteration with the
// factor of GPTQ, H + δI = (I + M) D (I + M)ᵀ in float64 on the host, so that it is from above.
import type { Gpu } from '../gpu/gpu.ts'
import { random } from '../math/random.ts'
import { Subspace } from './eigen-subspace.ts'
import type { Hessian, KnownFactor } from './hessian.ts'

/** Eigenvalues that are shown, and vectors that find them. */
const SHOWN = 16
const BLOCK = 24
const PRODUCTS = 5
/** Inverse iterations at most; fewer where the estimate stands still. */
const MOST_SOLVES = 8

/** Plain numbers. */
export interface HessianHealth {
  columns: number
  /** The largest, at most 16, descending, in units of H. */
  eigenvalues: number[]
  /** Estimate of the smallest of live columns; rounding, or an H that is no one's, may take it below 0. */
  smallest: number
  /** Mean of diag H, zeros of dead columns included. */
  meanDiagonal: number
  deadColumns: number
  /** Every damping tried, fractions of mean diag H; the last one worked, more than one: H was not positive definite. */
  damping: number[]
  /** (largest + δ) / (smallest + δ), δ the last damping · mean diag H: what a factorisation has to do with. */
  condition: number
}

/** Of H with a factor of any column order, which may still be on its way. One wait for the GPU. */
export async function hessianHealth(
  gpu: Gpu,
  hessian: Hessian,
  reading: KnownFactor | Promise<KnownFactor>,
): Promise<HessianHealth> {
  const { columns, matrix } = hessian
  const values = await hessian.diagonalValues()
  const meanDiagonal = await hessian.meanDiagonal()
  using space = new Subspace(gpu, matrix, columns, Math.min(columns, BLOCK))
  await space.power(PRODUCTS)
  const [ritz, factor] = await Promise.all([space.ritz(), reading])
  const eigenvalues = Array.from(ritz.values.subarray(0, SHOWN), (value) => Math.max(0, value))
  const delta = factor.damping[factor.damping.length - 1] * meanDiagonal
  const smallest = smallestDamped(values, factor, delta)
  return {
    columns,
    eigenvalues,
    smallest: smallest - delta,
    meanDiagonal,
    deadColumns: values.reduce((count, h) => count + Number(h === 0), 0),
    damping: [...factor.damping],
    condition: meanDiagonal > 0 ? (eigenvalues[0] + delta) / smallest : 1,
  }
}

/**
 * The smallest eigenvalue of H + δI on live columns, by inverse iteration: Rayleigh quotients, from above. `diagonal` is
 * that of H; 0 where all columns are dead.
 */
export function smallestDamped(
  diagonal: ArrayLike<number>,
  { feedback, order }: Pick<KnownFactor, 'feedback' | 'order'>,
  delta: number,
): number {
  const columns = order.length
  const { rows } = feedback
  const live = Array.from(order, (j) => diagonal[j] > 0)
  if (!live.includes(true)) return 0
  // D from the diagonal: H_ss + δ = Σ_{t ≥ s} (I + M)²_st D_t, from the last on.
  const pivots = new Float64Array(columns).fill(1)
  for (let s = columns - 1; s >= 0; s--) {
    if (!live[s]) continue
    const whole = diagonal[order[s]] + delta
    let pivot = whole
    const row = rows[s]
    for (let t = s + 1; t < columns; t++) pivot -= row[t - s] ** 2 * pivots[t]
    // Float32 knows M to 1e-7; a pivot below that of the diagonal is noise.
    pivots[s] = Math.max(pivot, 1e-7 * whole)
  }
  const { uniform } = random(columns)
  const x = Float64Array.from(live, (alive) => (alive ? (uniform() < 0.5 ? -1 : 1) : 0))
  const normalise = () => {
    const length = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0))
    for (let s = 0; s < columns; s++) x[s] /= length
  }
  normalise()
  let smallest = Infinity
  for (let solve = 0; solve < MOST_SOLVES; solve++) {
    const before = x.slice()
    // (I + M) y = b, then D, then (I + M)ᵀ x = y; both run along rows of M.
    for (let s = columns - 1; s >= 0; s--) {
      const row = rows[s]
      for (let t = s + 1; t < columns; t++) x[s] -= row[t - s] * x[t]
    }
    for (let s = 0; s < columns; s++) x[s] /= pivots[s]
    for (let s = 0; s < columns; s++) {
      const row = rows[s]
      for (let t = s + 1; t < columns; t++) x[t] -= row[t - s] * x[s]
    }
    let [product, square] = [0, 0]
    for (let s = 0; s < columns; s++) {
      product += x[s] * before[s]
      square += x[s] * x[s]
    }
    const quotient = product / square
    const settled = quotient > 0.99 * smallest
    smallest = Math.min(smallest, quotient)
    if (settled) break
    normalise()
  }
  return smallest
}
