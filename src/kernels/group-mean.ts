// Mean of (w − center)^power over every row and group, power 1 or 2: means, and then variances about them.
import code from '../../shaders/group-mean.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import type { GroupShape } from './range.ts'
import { groupDispatch, type RowShape } from './rows.ts'

export const kernel = defineKernel({
  name: 'group-mean',
  code,
  bindings: { weights: 'read', centers: 'read', means: 'read_write' },
  params: { rows: 'u32', columns: 'u32', width: 'u32', groups: 'u32', power: 'u32' },
})

/** Records means f32 [rows, groups] of weights [rows, columns] about centers [rows, groups]. */
export function groupMean(
  batch: Batch,
  bindings: { weights: Binding; centers: Binding; means: Binding },
  { rows, columns, width, groups, power }: GroupShape & { power: 1 | 2 },
  shape?: RowShape,
): void {
  batch.run(kernel, {
    bindings,
    params: { rows, columns, width, groups, power },
    ...groupDispatch(batch, rows * groups, width, shape),
    work: rows * columns,
  })
}

/** The same in float64. */
export function reference(
  weights: ArrayLike<number>,
  centers: ArrayLike<number>,
  { rows, columns, width, groups, power }: GroupShape & { power: 1 | 2 },
): Float64Array<ArrayBuffer> {
  const means = new Float64Array(rows * groups)
  for (let row = 0; row < rows; row++)
    for (let g = 0; g < groups; g++) {
      const end = Math.min(columns, (g + 1) * width)
      for (let j = g * width; j < end; j++)
        means[row * groups + g] += (weights[row * columns + j] - centers[row * groups + g]) ** power / (end - g * width)
    }
  return means
}
