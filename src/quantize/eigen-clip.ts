// Eigenvalue clipping (CDQuant, Nair & Suggala 2024, for attention weights): H = V Λ Vᵀ → H' = V min(Λ, τ) Vᵀ
// = H − V_k (Λ_k − τ) V_kᵀ, so that a few loud directions of the inputs do not take all of the solver's effort.
// fraction f: k = ⌈f · columns⌉, τ = λ_{k+1}; threshold t: τ = t · mean diag H; both: the lower limit. τ is at least
// 1e-5 λ_1: below that float32 cannot tell eigenvalues from 0.
import { InputError } from '../formats/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { mirror } from '../kernels/mirror.ts'
import { jacobi, type Eigen } from '../math/eigen.ts'
import { eigenHead, type EigenHead } from './eigen-head.ts'
import { padMatrix, sumOfProducts } from './eigen-subspace.ts'
import type { EigenClip } from './hessian.ts'

/** Lowest limit, as a part of the largest eigenvalue. */
const FLOOR = 1e-5
/** Most eigenvalues that are lowered; more would take minutes to find. */
export const MOST_LOWERED = 512
/** Largest block: those and a quarter more, for the last of them to converge. */
const MOST_SIZE = MOST_LOWERED + MOST_LOWERED / 4
/** Error allowed in H', parts of its new largest eigenvalue and of its old one, which float32 products leave. */
const TOLERANCE = 1e-3
const ROUNDING = 4e-6

/** What clipping did. */
export interface ClipFacts {
  /** Eigenvalues that were lowered. */
  lowered: number
  /** τ: what they were lowered to, and the largest eigenvalue now. */
  limit: number
  /** First-order bound of the error of H' in the Frobenius norm, from the residuals; 0 where solved in float64. */
  error: number
}

/** Eigenvalues that a fraction lowers: at least one is left to lower them to. */
export function loweredCount(fraction: number, columns: number): number {
  // 0.1 · 30 is a little above 3.
  return Math.min(columns - 1, Math.ceil(fraction * columns - 1e-9))
}

/** τ for eigenvalues in descending order, as many as are needed. */
function limitOf(values: ArrayLike<number>, { fraction, threshold }: EigenClip, columns: number, mean: number): number {
  const next = fraction > 0 ? values[loweredCount(fraction, columns)] : Infinity
  const above = threshold > 0 ? threshold * mean : Infinity
  return Math.max(Math.min(next, above), FLOOR * values[0])
}

/** Of H f32 [columns, columns] with the mean `mean` of its diagonal. */
export interface ClipInput {
  matrix: RowTiles
  columns: number
  mean: number
  /** Columns of zeros. */
  dead: readonly number[]
}

/**
 * H' f32 [columns, columns], symmetric, which the caller owns; absent where no eigenvalue is above the limit. `head`
 * may be used again for another clip of the same H.
 * @throws InputError when more than 512 eigenvalues would have to be lowered.
 */
export async function clipEigenvalues(
  gpu: Gpu,
  input: ClipInput,
  clip: EigenClip,
  known?: EigenHead,
): Promise<{ head?: EigenHead; clipped?: ClipFacts & { matrix: RowTiles } }> {
  const { matrix, columns, mean } = input
  const least = clip.fraction > 0 ? loweredCount(clip.fraction, columns) : 1
  if (least < 1) return {}
  const refuse = () =>
    new InputError(
      `clipping eigenvalues at fraction ${clip.fraction}, threshold ${clip.threshold} would lower more than ` +
        `${MOST_LOWERED} of the ${columns} eigenvalues of a Hessian; ${MOST_LOWERED} is the most`,
    )
  if (least > MOST_LOWERED) throw refuse()
  const facts = ({ values, residuals }: EigenHead): ClipFacts => {
    const limit = limitOf(values, clip, columns, mean)
    const outside = values[values.length - 1]
    let [lowered, square] = [0, 0]
    for (; lowered < values.length && values[lowered] > limit; lowered++) {
      const value = values[lowered]
      // What leaks out of the block couples v to eigenvalues up to the block's last one.
      square += ((residuals[lowered] * (value - limit)) / Math.max(value - outside, 1e-3 * value)) ** 2
    }
    return { lowered, limit, error: Math.sqrt(square) }
  }
  const reaches = (head: EigenHead) => head.complete || facts(head).limit >= head.values[head.values.length - 1]
  const accurate = (head: EigenHead) => {
    const { limit, error } = facts(head)
    return error <= TOLERANCE * limit + ROUNDING * head.values[0]
  }
  let size = least + Math.max(12, Math.ceil(least / 4))
  let head = known && known.values.length > least ? known : undefined
  for (let begun = false; !head || !reaches(head) || (!begun && !accurate(head)); begun = true) {
    if (head) {
      if (facts(head).lowered > MOST_LOWERED || head.values.length >= MOST_SIZE) throw refuse()
      size = Math.min(MOST_SIZE, Math.max(size, (reaches(head) ? 1 : 2) * head.values.length))
    }
    // A block that does not reach down to the limit has to be a larger one, and no better.
    head = await eigenHead(gpu, matrix, columns, size, (best) => !reaches(best) || accurate(best), head)
  }
  const { lowered, limit, error } = facts(head)
  if (lowered > MOST_LOWERED) throw refuse()
  if (lowered === 0) return { head }
  return { head, clipped: { matrix: lower(gpu, input, head, lowered, limit), lowered, limit, error } }
}

/** H − Σ_k (θ_k − τ) v_k v_kᵀ over the first `count` vectors. */
function lower(
  gpu: Gpu,
  { matrix, columns, dead }: ClipInput,
  { values, vectors, stride }: EigenHead,
  count: number,
  limit: number,
): RowTiles {
  using scope = new Scope(gpu)
  const scaled = vectors.slice(0, count * stride)
  for (let at = 0; at < scaled.length; at++) scaled[at] *= Math.sqrt(values[Math.floor(at / stride)] - limit)
  // Exactly, so that a dead column stays one.
  for (const j of dead) for (let k = 0; k < count; k++) scaled[k * stride + j] = 0
  const part = scope.upload('clipped eigenvectors', scaled)
  const work = scope.own(padMatrix(gpu, matrix, columns))
  const result = stride === columns ? work : scope.own(RowTiles.create(gpu, 'clipped hessian', columns, columns))
  const batch = gpu.batch('clip eigenvalues')
  const bound = { left: part, leftStride: stride, right: part, rightStride: stride, result: work }
  sumOfProducts(batch, bound, { rows: columns, columns: stride, depth: count, sign: -1, upper: true })
  if (result !== work) result.copyFrom(batch, work)
  mirror(batch, { matrix: result }, { columns })
  batch.flush()
  return scope.release(result)
}

/** H' in float64, of H [columns, columns]; `eigen` is that of H where it is known. */
export function clippedReference(
  hessian: ArrayLike<number>,
  columns: number,
  clip: EigenClip,
  eigen: Eigen = jacobi(hessian, columns),
): Float64Array {
  const { values, vectors } = eigen
  const clipped = Float64Array.from({ length: columns * columns }, (_, at) => hessian[at])
  if (clip.fraction === 0 && clip.threshold === 0) return clipped
  let mean = 0
  for (let j = 0; j < columns; j++) mean += hessian[j * (columns + 1)] / columns
  const limit = limitOf(values, clip, columns, mean)
  for (let k = 0; k < columns && values[k] > limit; k++)
    for (let i = 0; i < columns; i++)
      for (let j = 0; j < columns; j++)
        clipped[i * columns + j] -= (values[k] - limit) * vectors[k * columns + i] * vectors[k * columns + j]
  return clipped
}
