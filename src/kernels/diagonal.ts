// The diagonal of a Hessian with its inverse; the inverse of a dead column (h = 0) is 0.
import code from '../../shaders/diagonal.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'diagonal',
  code,
  bindings: { matrix: 'read', diagonal: 'read_write' },
  params: { columns: 'u32', first: 'u32', rows: 'u32' },
})

/** Records diagonal f32 [columns, 2] = (h, 1 / h) of matrix [columns, columns]. */
export function diagonal(
  batch: Batch,
  bindings: { matrix: Tiled; diagonal: Binding },
  params: { columns: number },
): void {
  for (const { first, rows, binding: matrix } of tilesOf(bindings.matrix, params.columns))
    batch.run(kernel, {
      bindings: { ...bindings, matrix },
      params: { ...params, first, rows },
      workgroups: [Math.ceil(rows / 64)],
      work: rows,
    })
}

/** The same in float64. */
export function reference(matrix: ArrayLike<number>, columns: number): Float64Array {
  return Float64Array.from({ length: 2 * columns }, (_, at) => {
    const h = matrix[(at >> 1) * (columns + 1)]
    return at % 2 === 0 ? h : h > 0 ? 1 / h : 0
  })
}
