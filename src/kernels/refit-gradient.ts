// The right-hand sides of a refit, AᵀG of every row: how the loss rises with each scale and offset.
import code from '../../shaders/refit-gradient.wgsl?raw'
import place from '../../shaders/shared/normal.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import type { NormalShape } from './refit-normal.ts'

export const kernel = defineKernel({
  name: 'refit-gradient',
  code: code + place,
  bindings: { gradient: 'read', basis: 'read', normal: 'read_write' },
  params: {
    rows: 'u32',
    columns: 'u32',
    width: 'u32',
    groups: 'u32',
    stride: 'u32',
    first: 'u32',
    offsets: 'u32',
    entry_stride: 'u32',
    row_stride: 'u32',
  },
})

/**
 * Records the right-hand sides in `normal` (see refit-normal.ts). gradient f32 [all rows, columns], from row `first` on;
 * basis f32 [columns, stride].
 */
export function refitGradient(
  batch: Batch,
  bindings: { gradient: Binding; basis: Binding; normal: Binding },
  { rows, columns, width, groups, stride, offsets, entryStride, rowStride }: NormalShape,
  first: number,
): void {
  batch.run(kernel, {
    bindings,
    params: {
      rows,
      columns,
      width,
      groups,
      stride,
      first,
      offsets: Number(offsets),
      entry_stride: entryStride,
      row_stride: rowStride,
    },
    workgroups: [Math.ceil(rows / 16), groups],
    work: 2 * rows * columns,
  })
}

/** AᵀG of one row in float64, [unknowns]; gradient and basis [columns]. */
export function reference(
  gradient: ArrayLike<number>,
  basis: ArrayLike<number>,
  { width, groups, offsets }: Pick<NormalShape, 'width' | 'groups' | 'offsets'>,
): Float64Array {
  const per = offsets ? 2 : 1
  const sides = new Float64Array(per * groups)
  for (let j = 0; j < gradient.length; j++) {
    const g = Math.floor(j / width)
    if (offsets) sides[per * g] += gradient[j]
    sides[per * g + per - 1] += gradient[j] * basis[j]
  }
  return sides
}
