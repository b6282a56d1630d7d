// Turns a matrix that is stored as [in, out] (GPT-2's Conv1D) into the usual [out, in]; once when a block is loaded.
import code from '../../shaders/transpose.wgsl?raw'
import { spread, type Batch } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'transpose',
  code,
  bindings: { x: 'read', y: 'read_write' },
  params: { rows: 'u32', columns: 'u32', span: 'u32', row: 'u32', stride: 'u32', column: 'u32' },
})

/**
 * Records y = xᵀ: x [columns, rows], y [rows, columns]; every tile of one with every tile of the other. Or x has only
 * `count` rows, from row `first` on, and as many columns of y are written.
 */
export function transpose(
  batch: Batch,
  { x, y }: { x: Tiled; y: Tiled },
  { rows, columns, first = 0, count = columns }: { rows: number; columns: number; first?: number; count?: number },
): void {
  for (const to of tilesOf(y, rows))
    for (const from of tilesOf(x, count)) {
      const elements = to.rows * from.rows
      batch.run(kernel, {
        bindings: { x: from.binding, y: to.binding },
        params: {
          ...{ rows: to.rows, columns: from.rows, span: rows },
          ...{ row: to.first, stride: columns, column: first + from.first },
        },
        workgroups: spread(Math.ceil(elements / 64)),
        work: 4 * elements,
      })
    }
}

/** The same. */
export function reference(x: ArrayLike<number>, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const y = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) y[row * columns + column] = x[column * rows + row]
  return y
}
