// One number for all rows: the mean or the largest of every column of values [rows, width], written to all rows. The
// second stage of reductions over a whole layer, whose first stage goes along the rows.
import code from '../../shaders/pool.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { rowLanes } from './lanes.ts'

export const kernel = defineKernel({
  name: 'pool',
  code,
  bindings: { values: 'read_write' },
  params: { rows: 'u32', width: 'u32', largest: 'u32' },
})

export type Pooling = 'mean' | 'largest'

/** Records values[row, i] ← mean or largest of values[·, i]; values f32 [rows, width], width up to 65535. */
export function pool(
  batch: Batch,
  bindings: { values: Binding },
  { rows, width, pooling }: { rows: number; width: number; pooling: Pooling },
): void {
  batch.run(kernel, {
    bindings,
    params: { rows, width, largest: Number(pooling === 'largest') },
    workgroups: [width],
    overrides: { LANES: rowLanes(batch) },
    work: 2 * rows * width,
  })
}

/** The same in float64. */
export function reference(
  values: ArrayLike<number>,
  { rows, width, pooling }: { rows: number; width: number; pooling: Pooling },
): Float64Array<ArrayBuffer> {
  const pooled = new Float64Array(rows * width)
  for (let i = 0; i < width; i++) {
    const column = Array.from({ length: rows }, (_, row) => values[row * width + i])
    const value = pooling === 'largest' ? Math.max(...column) : column.reduce((sum, addend) => sum + addend, 0) / rows
    for (let row = 0; row < rows; row++) pooled[row * width + i] = value
  }
  return pooled
}
