// The basis of a refit: what a group's scale multiplies, column by column for neighbouring rows.
import code from '../../shaders/refit-basis.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import type { LevelShape } from './nearest.ts'

export const kernel = defineKernel({
  name: 'refit-basis',
  code,
  bindings: { codes: 'read', zeros: 'read', basis: 'read_write' },
  params: { rows: 'u32', columns: 'u32', width: 'u32', groups: 'u32', first: 'u32', stride: 'u32' },
})

/** The layer's shape and which of its rows are looked at. */
export interface RefitRows extends Omit<LevelShape, 'bits'> {
  first: number
  /** Words between columns: the number of rows looked at, and maybe more. */
  stride: number
}

/**
 * Records basis f32 [columns, stride] = code − zero of rows first … first + stride − 1, 0 behind the last row. codes
 * u32 [rows, columns], zeros f32 [rows, groups].
 */
export function refitBasis(
  batch: Batch,
  bindings: { codes: Binding; zeros: Binding; basis: Binding },
  { rows, columns, width, groups, first, stride }: RefitRows,
): void {
  batch.run(kernel, {
    bindings,
    params: { rows, columns, width, groups, first, stride },
    workgroups: [Math.ceil(stride / 16), Math.ceil(columns / 4)],
    work: 2 * stride * columns,
  })
}

/** The same in float64. */
export function reference(
  codes: ArrayLike<number>,
  zeros: ArrayLike<number>,
  { rows, columns, width, groups, first, stride }: RefitRows,
): Float64Array {
  return Float64Array.from({ length: columns * stride }, (_, at) => {
    const [j, row] = [Math.floor(at / stride), first + (at % stride)]
    return row < rows ? codes[row * columns + j] - zeros[row * groups + Math.floor(j / width)] : 0
  })
}
