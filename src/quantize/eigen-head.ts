// The largest eigenvalues of a symmetric positive semidefinite H and their vectors, by blocked subspace iteration
// (Rutishauser 1969): four products of the block with H on the GPU, then Rayleigh–Ritz with residuals ‖v H − θ v‖, and
// again until the caller has enough. Where a third of all eigenvalues of a small H is asked for, all of them in float64
// on the host, which is then faster.
import type { Gpu } from '../gpu/gpu.ts'
import type { RowTiles } from '../gpu/row-tiles.ts'
import { padded } from '../kernels/rank-update.ts'
import { symmetricEigen } from '../math/eigen.ts'
import { Subspace } from './eigen-subspace.ts'

/** Columns of the largest H that is diagonalised on the host: half a second. */
const DIRECT_COLUMNS = 384
const PRODUCTS_PER_ROUND = 4
/** A flat spectrum converges slowly, and needs it least: what is left there moves the clipped matrix hardly at all. */
const MOST_ROUNDS = 12

/** Leading eigenpairs, in ordinary memory. */
export interface EigenHead {
  /** Descending. */
  values: Float64Array
  /** ‖v H − θ v‖ of every value; 0 where they are exact. */
  residuals: Float64Array
  /** [values.length, stride], orthonormal rows. */
  vectors: Float32Array
  stride: number
  /** All eigenvalues there are. */
  complete: boolean
}

/**
 * At least `size` eigenpairs of H f32 [columns, columns], improved until `enough` says so or for 48 products of the
 * block; `start` has vectors to begin with. @throws InputError when H is not finite.
 */
export async function eigenHead(
  gpu: Gpu,
  matrix: RowTiles,
  columns: number,
  size: number,
  enough: (head: EigenHead) => boolean,
  start?: EigenHead,
): Promise<EigenHead> {
  const stride = padded(columns)
  if (columns <= DIRECT_COLUMNS && size > Math.min(columns / 3, columns - 8)) {
    const { values, vectors } = symmetricEigen(await matrix.read(gpu), columns)
    const rows = new Float32Array(columns * stride)
    for (let k = 0; k < columns; k++) rows.set(vectors.subarray(k * columns, (k + 1) * columns), k * stride)
    return { values, residuals: new Float64Array(columns), vectors: rows, stride, complete: true }
  }
  const count = Math.min(columns, size)
  using space = new Subspace(gpu, matrix, columns, count, start?.vectors)
  for (let round = 1; ; round++) {
    await space.power(PRODUCTS_PER_ROUND)
    const head = { ...(await space.rotate()), stride, complete: count === columns }
    if (round === MOST_ROUNDS || enough(head)) return head
  }
}
