// Ranges mean ± factor · deviation, 0 always inside, from a group's mean and its mean squared difference from it.
import code from '../../shaders/deviation-range.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import type { GroupShape } from './range.ts'

export const kernel = defineKernel({
  name: 'deviation-range',
  code,
  bindings: { means: 'read', squares: 'read', ranges: 'read_write' },
  params: {
    rows: 'u32',
    columns: 'u32',
    width: 'u32',
    groups: 'u32',
    pooled_rows: 'u32',
    sample: 'u32',
    factor: 'f32',
  },
})

export interface DeviationShape extends GroupShape {
  /** Rows that share one mean; 1 unless the whole layer is one group. */
  pooledRows: number
  /** Divides the squares by n − 1 in place of n, as for a sample. */
  sample: boolean
  factor: number
}

/** Records ranges f32 [rows, groups, 2] of means and squares, both [rows, groups]. */
export function deviationRange(
  batch: Batch,
  bindings: { means: Binding; squares: Binding; ranges: Binding },
  { rows, columns, width, groups, pooledRows, sample, factor }: DeviationShape,
): void {
  batch.run(kernel, {
    bindings,
    params: { rows, columns, width, groups, pooled_rows: pooledRows, sample: Number(sample), factor },
    workgroups: spread(Math.ceil((rows * groups) / 64)),
    work: 10 * rows * groups,
  })
}

/** The same in float64. */
export function reference(
  means: ArrayLike<number>,
  squares: ArrayLike<number>,
  { rows, columns, width, groups, pooledRows, sample, factor }: DeviationShape,
): Float64Array<ArrayBuffer> {
  const ranges = new Float64Array(2 * rows * groups)
  for (let at = 0; at < rows * groups; at++) {
    const start = (at % groups) * width
    const n = (Math.min(start + width, columns) - start) * pooledRows
    const reach = factor * Math.sqrt(sample && n > 1 ? (squares[at] * n) / (n - 1) : squares[at])
    ranges[2 * at] = Math.max(0, reach - means[at])
    ranges[2 * at + 1] = Math.max(0, reach + means[at])
  }
  return ranges
}
