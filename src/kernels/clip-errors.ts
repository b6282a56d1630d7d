// Error of every row and group when its min-max scale is multiplied by 1.00, 0.98, … 0.30: Σ_j h_j (ŵ_j − w_j)² of the
// nearest levels.
import code from '../../shaders/clip-errors.wgsl?raw'
import divide from '../../shaders/shared/divide.wgsl?raw'
import scale from '../../shaders/shared/scale.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { roundHalfEven } from '../math/round.ts'
import { storedScale, type MinmaxShape } from './minmax.ts'

export const kernel = defineKernel({
  name: 'clip-errors',
  code: code + scale + divide,
  bindings: { weights: 'read', diagonal: 'read', scales: 'read', zeros: 'read', errors: 'read_write' },
  params: {
    rows: 'u32',
    columns: 'u32',
    width: 'u32',
    groups: 'u32',
    factors: 'u32',
    top: 'f32',
    half_precision: 'u32',
  },
})

/** Factor k is 1 − k / 50: 1.00, 0.98, … 0.30. A multiple of 4. */
export const FACTORS = 36

/** Records errors f32 [rows, groups, FACTORS]; diagonal f32 [columns, 2], scales as found by `minmax` in float32. */
export function clipErrors(
  batch: Batch,
  bindings: { weights: Binding; diagonal: Binding; scales: Binding; zeros: Binding; errors: Binding },
  { rows, columns, width, groups, bits, scaleType }: Omit<MinmaxShape, 'symmetric'>,
): void {
  const lanes = 64
  batch.run(kernel, {
    bindings,
    params: {
      rows,
      columns,
      width,
      groups,
      factors: FACTORS,
      top: 2 ** bits - 1,
      half_precision: Number(scaleType === 'f16'),
    },
    workgroups: spread(Math.ceil((rows * groups * FACTORS) / (4 * lanes))),
    overrides: { LANES: lanes },
    work: 4 * FACTORS * rows * columns,
  })
}

/** Scale of a group at factor k, as it would be stored. */
export function clippedScale(scale: number, k: number, scaleType: 'f16' | 'f32'): number {
  return storedScale(Math.fround(scale * Math.fround((50 - k) / 50)), scaleType)
}

/** The same in float64, for the stored scales. */
export function reference(
  weights: ArrayLike<number>,
  diagonal: ArrayLike<number>,
  scales: ArrayLike<number>,
  zeros: ArrayLike<number>,
  { rows, columns, width, groups, bits, scaleType }: Omit<MinmaxShape, 'symmetric'>,
): Float64Array {
  const errors = new Float64Array(rows * groups * FACTORS)
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < FACTORS; k++) {
        const level = row * groups + Math.floor(j / width)
        const scale = clippedScale(scales[level], k, scaleType)
        const w = weights[row * columns + j]
        const code = Math.min(2 ** bits - 1, Math.max(0, roundHalfEven(w / scale) + zeros[level]))
        errors[level * FACTORS + k] += diagonal[2 * j] * (scale * (code - zeros[level]) - w) ** 2
      }
  return errors
}
