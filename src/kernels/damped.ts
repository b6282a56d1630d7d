// The matrix GPTQ factorises: H in reverse processing order with damping on its diagonal. Dead columns get 1 there.
import code from '../../shaders/damped.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'
import { rowLanes } from './lanes.ts'

export const kernel = defineKernel({
  name: 'damped',
  code,
  bindings: { matrix: 'read', diagonal: 'read', order: 'read', damped: 'read_write', pivots: 'read_write' },
  params: { columns: 'u32', stride: 'u32', first: 'u32', source: 'u32', source_rows: 'u32', damping: 'f32' },
})

/**
 * Records damped f32 [columns, stride] and its diagonal `pivots` f32 [columns]; order u32 [columns], diagonal f32
 * [columns, 2].
 * `damping` is what is added, in units of H.
 */
export function damped(
  batch: Batch,
  bindings: { matrix: Tiled; diagonal: Binding; order: Binding; damped: Tiled; pivots: Binding },
  params: { columns: number; stride: number; damping: number },
): void {
  const { columns } = params
  const sources = tilesOf(bindings.matrix, columns)
  for (const { first, rows, binding } of tilesOf(bindings.damped, columns))
    for (const { first: source, rows: sourceRows, binding: matrix } of sources)
      batch.run(kernel, {
        bindings: { ...bindings, matrix, damped: binding },
        params: { ...params, first, source, source_rows: sourceRows },
        workgroups: [rows],
        overrides: { LANES: rowLanes(batch) },
        work: (rows * columns) / sources.length,
      })
}

/** The same in float64. */
export function reference(
  matrix: ArrayLike<number>,
  order: ArrayLike<number>,
  columns: number,
  damping: number,
): Float64Array {
  const damped = new Float64Array(columns * columns)
  const reversed = Array.from(order).reverse()
  reversed.forEach((i, a) =>
    reversed.forEach((j, b) => {
      damped[a * columns + b] = matrix[i * columns + j]
      if (i === j) damped[a * columns + b] = matrix[i * columns + i] > 0 ? matrix[i * columns + i] + damping : 1
    }),
  )
  return damped
}
