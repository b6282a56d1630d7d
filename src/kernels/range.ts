// How far the weights of every row and group reach below and above 0: (max(0, −min w), max(0, max w)).
import code from '../../shaders/range.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { groupDispatch, type RowShape } from './rows.ts'

export const kernel = defineKernel({
  name: 'range',
  code,
  bindings: { weights: 'read', ranges: 'read_write' },
  params: { rows: 'u32', columns: 'u32', width: 'u32', groups: 'u32' },
})

/** Groups of `width` columns; the last one of a row may be shorter. */
export interface GroupShape {
  rows: number
  columns: number
  width: number
  groups: number
}

/** Records ranges f32 [rows, groups, 2] of weights [rows, columns]. */
export function range(
  batch: Batch,
  bindings: { weights: Binding; ranges: Binding },
  { rows, columns, width, groups }: GroupShape,
  shape?: RowShape,
): void {
  batch.run(kernel, {
    bindings,
    params: { rows, columns, width, groups },
    ...groupDispatch(batch, rows * groups, width, shape),
    work: rows * columns,
  })
}

/** The same, exactly. */
export function reference(
  weights: ArrayLike<number>,
  { rows, columns, width, groups }: GroupShape,
): Float64Array<ArrayBuffer> {
  const ranges = new Float64Array(2 * rows * groups)
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < columns; j++) {
      const at = 2 * (row * groups + Math.floor(j / width))
      ranges[at] = Math.max(ranges[at], -weights[row * columns + j])
      ranges[at + 1] = Math.max(ranges[at + 1], weights[row * columns + j])
    }
  return ranges
}
