// One diagonal block of a blocked Cholesky factorisation A = RᵀR (upper R, in place).
import code from '../../shaders/cholesky-block.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tileAt, type Tiled } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'cholesky-block',
  code,
  bindings: { matrix: 'read_write', pivots: 'read', failed: 'read_write' },
  params: { stride: 'u32', start: 'u32', size: 'u32', first: 'u32' },
})

/** Rows of a block of the factorisation, and steps of a block of GPTQ. */
export const BLOCK = 32

/**
 * Records the factor of the block [start, start + size) in matrix f32 [columns, stride]. `pivots` f32 [columns] is A's
 * diagonal before elimination; a pivot that is not clearly positive by it sets failed[0] (u32, 0 before) to 1 + its
 * place.
 */
export function choleskyBlock(
  batch: Batch,
  bindings: { matrix: Tiled; pivots: Binding; failed: Binding },
  params: { stride: number; start: number; size: number },
  lanes: number,
): void {
  const { first, binding: matrix } = tileAt(bindings.matrix, params.start, params.size)
  batch.run(kernel, {
    bindings: { ...bindings, matrix },
    params: { ...params, first },
    workgroups: [1],
    overrides: { LANES: lanes },
    work: params.size ** 3,
  })
}

/** The upper factor R [size, size] of A [size, size] in float64; undefined where A is not positive definite. */
export function reference(matrix: ArrayLike<number>, size: number): Float64Array | undefined {
  const factor = new Float64Array(size * size)
  for (let j = 0; j < size; j++)
    for (let k = 0; k <= j; k++) {
      let sum = matrix[k * size + j]
      for (let i = 0; i < k; i++) sum -= factor[i * size + k] * factor[i * size + j]
      if (k < j) factor[k * size + j] = sum / factor[k * size + k]
      else if (sum > 0) factor[k * size + k] = Math.sqrt(sum)
      else return undefined
    }
  return factor
}
