// Completes a symmetric matrix of which only the upper triangle was computed.
import acrossCode from '../../shaders/mirror-across.wgsl?raw'
import code from '../../shaders/mirror.wgsl?raw'
import type { Batch } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled, type TileBinding } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'mirror',
  code,
  bindings: { matrix: 'read_write' },
  params: { columns: 'u32', first: 'u32', rows: 'u32' },
})

/** From one tile of rows to another. */
export const across = defineKernel({
  name: 'mirror-across',
  code: acrossCode,
  bindings: { upper: 'read', matrix: 'read_write' },
  params: { columns: 'u32', first: 'u32', rows: 'u32', upper_first: 'u32', upper_rows: 'u32' },
})

/** Records matrix[i, j] = matrix[j, i] for j < i; matrix [columns, columns]. */
export function mirror(batch: Batch, bindings: { matrix: Tiled }, { columns }: { columns: number }): void {
  const tiles = tilesOf(bindings.matrix, columns)
  for (const [at, tile] of tiles.entries()) {
    for (const upper of tiles.slice(0, at)) mirrorAcross(batch, { upper, tile }, { columns })
    const { first, rows, binding: matrix } = tile
    batch.run(kernel, {
      bindings: { matrix },
      params: { columns, first, rows },
      workgroups: [Math.ceil(rows / 16), Math.ceil(rows / 4)],
      work: 4 * rows * rows,
    })
  }
}

/** Records the same for the columns of one tile that are rows of another, which lies before it. */
export function mirrorAcross(
  batch: Batch,
  { upper, tile: { first, rows, binding: matrix } }: { upper: TileBinding; tile: TileBinding },
  { columns }: { columns: number },
): void {
  batch.run(across, {
    bindings: { upper: upper.binding, matrix },
    params: { columns, first, rows, upper_first: upper.first, upper_rows: upper.rows },
    workgroups: [Math.ceil(upper.rows / 16), Math.ceil(rows / 4)],
    work: 4 * rows * upper.rows,
  })
}

/** The same, on a copy. */
export function reference(matrix: ArrayLike<number>, columns: number): Float64Array {
  return Float64Array.from(matrix, (value, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns]
    return j < i ? matrix[j * columns + i] : value
  })
}
