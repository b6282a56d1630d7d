// Levels from the smallest and largest weight of every row and group (`find_params` of IST-DASLab/gptq): 0 always
// inside the range, scale = (high − low) / top, zero = round(−low / scale); symmetric: the range is ±max |w|, zero =
// 2^(bits − 1). Ties to even.
import code from '../../shaders/minmax.wgsl?raw'
import divide from '../../shaders/shared/divide.wgsl?raw'
import scale from '../../shaders/shared/scale.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { roundHalfEven } from '../math/round.ts'
import { roundToHalf } from '../math/half.ts'

export const kernel = defineKernel({
  name: 'minmax',
  code: code + scale + divide,
  bindings: { weights: 'read', scales: 'read_write', zeros: 'read_write' },
  params: {
    rows: 'u32',
    columns: 'u32',
    width: 'u32',
    groups: 'u32',
    top: 'f32',
    symmetric: 'u32',
    half_precision: 'u32',
  },
})

export interface MinmaxShape {
  rows: number
  columns: number
  /** Columns of a group. */
  width: number
  groups: number
  bits: number
  symmetric: boolean
  scaleType: 'f16' | 'f32'
}

/** Records scales, zeros [rows, groups] of weights [rows, columns]. */
export function minmax(
  batch: Batch,
  bindings: { weights: Binding; scales: Binding; zeros: Binding },
  shape: MinmaxShape,
): void {
  const { rows, columns, width, groups, bits, symmetric, scaleType } = shape
  batch.run(kernel, {
    bindings,
    params: {
      rows,
      columns,
      width,
      groups,
      top: 2 ** bits - 1,
      symmetric: Number(symmetric),
      half_precision: Number(scaleType === 'f16'),
    },
    workgroups: spread(Math.ceil((rows * groups) / 64)),
    work: rows * columns,
  })
}

/** A scale as it is stored: float16 within 2^-24 … 65504, or float32 (normal numbers). */
export function storedScale(scale: number, scaleType: 'f16' | 'f32'): number {
  return scaleType === 'f16'
    ? Math.min(65504, Math.max(2 ** -24, roundToHalf(scale)))
    : Math.max(2 ** -126, Math.fround(scale))
}

/** Scales and zeros of float32 weights in float32 arithmetic, whose every operation is correctly rounded. */
export function reference(
  weights: ArrayLike<number>,
  shape: MinmaxShape,
): { scales: Float64Array; zeros: Float64Array } {
  const { rows, columns, width, groups, bits, symmetric, scaleType } = shape
  const top = 2 ** bits - 1
  const scales = new Float64Array(rows * groups)
  const zeros = new Float64Array(rows * groups)
  for (let row = 0; row < rows; row++)
    for (let g = 0; g < groups; g++) {
      let [low, high] = [0, 0]
      for (let j = g * width; j < Math.min(columns, (g + 1) * width); j++) {
        low = Math.min(low, weights[row * columns + j])
        high = Math.max(high, weights[row * columns + j])
      }
      if (low === 0 && high === 0) [low, high] = [-1, 1]
      if (symmetric) [low, high] = [-Math.max(-low, high), Math.max(-low, high)]
      const scale = Math.fround(Math.fround(high - low) / top)
      scales[row * groups + g] = storedScale(scale, scaleType)
      zeros[row * groups + g] = symmetric ? 2 ** (bits - 1) : roundHalfEven(Math.fround((0 - low) / scale))
    }
  return { scales, zeros }
}
