// Ŵ − W of the nearest levels of some columns at several clipped ranges at once, padded for a matrix product.
import code from '../../shaders/clip-residual.wgsl?raw'
import codeOf from '../../shaders/shared/code.wgsl?raw'
import divide from '../../shaders/shared/divide.wgsl?raw'
import scale from '../../shaders/shared/scale.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { nearestCode } from '../math/round.ts'
import { clippedScale, type ClipShape } from './clip-errors.ts'

export const kernel = defineKernel({
  name: 'clip-residual',
  code: code + codeOf + scale + divide,
  bindings: { weights: 'read', scales: 'read', zeros: 'read', factors: 'read', residual: 'read_write' },
  params: {
    rows: 'u32',
    columns: 'u32',
    width: 'u32',
    groups: 'u32',
    start: 'u32',
    columns_done: 'u32',
    span: 'u32',
    first: 'u32',
    count: 'u32',
    top: 'f32',
    half_precision: 'u32',
  },
})

/** Columns `start` to `end`, at `count` factors from the `first` on. */
export interface ClipBlock extends ClipShape {
  start: number
  end: number
  first: number
  /** Columns of the result: at least end − start, a multiple of 4; zeros behind the block's own. */
  span: number
}

/** Records residual f32 [count, rows, span]; scales as found by `minmax` in float32. */
export function clipResidual(
  batch: Batch,
  bindings: Record<'weights' | 'scales' | 'zeros' | 'factors' | 'residual', Binding>,
  { rows, columns, width, groups, bits, scaleType, start, end, first, count, span }: ClipBlock,
): void {
  batch.run(kernel, {
    bindings,
    params: {
      rows,
      columns,
      width,
      groups,
      start,
      columns_done: end - start,
      span,
      first,
      count,
      top: 2 ** bits - 1,
      half_precision: Number(scaleType === 'f16'),
    },
    workgroups: spread(Math.ceil((count * rows * span) / 256)),
    work: 8 * count * rows * span,
  })
}

/** The same in float64, for the stored scales and the quotient rounded to float32 as the definition asks. */
export function reference(
  weights: ArrayLike<number>,
  scales: ArrayLike<number>,
  zeros: ArrayLike<number>,
  factors: ArrayLike<number>,
  { rows, columns, width, groups, bits, scaleType, start, end, first, count, span }: ClipBlock,
): Float64Array<ArrayBuffer> {
  const residual = new Float64Array(count * rows * span)
  for (let k = 0; k < count; k++)
    for (let row = 0; row < rows; row++)
      for (let j = start; j < end; j++) {
        const level = row * groups + Math.floor(j / width)
        const scale = clippedScale(scales[level], factors[first + k], scaleType)
        const w = weights[row * columns + j]
        const code = nearestCode(Math.fround(w / scale), zeros[level], 2 ** bits - 1)
        residual[(k * rows + row) * span + j - start] = scale * (code - zeros[level]) - w
      }
  return residual
}
