// Error of every row and group when its min-max scale is multiplied by each of some factors: Σ_j h_j (ŵ_j − w_j)² of the
// nearest levels.
import code from '../../shaders/clip-errors.wgsl?raw'
import scale from '../../shaders/shared/scale.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { roundHalfEven } from '../math/round.ts'
import { storedScale } from './range-levels.ts'
import type { GroupShape } from './range.ts'

export const kernel = defineKernel({
  name: 'clip-errors',
  code: code + scale,
  bindings: {
    weights: 'read',
    diagonal: 'read',
    scales: 'read',
    zeros: 'read',
    factors: 'read',
    errors: 'read_write',
  },
  params: {
    rows: 'u32',
    columns: 'u32',
    width: 'u32',
    groups: 'u32',
    count: 'u32',
    top: 'f32',
    half_precision: 'u32',
  },
})

/** A layer's groups and the factors that are tried on their scales. */
export interface ClipShape extends GroupShape {
  bits: number
  scaleType: 'f16' | 'f32'
  /** Number of factors, a multiple of 4. */
  count: number
}

/** 1.00, 0.98, … down to `lowest`; the last one again where that makes their number a multiple of 4. */
export function clipFactors(lowest: number): Float32Array<ArrayBuffer> {
  const steps = Math.floor((1 - lowest) * 50 + 1e-9)
  return Float32Array.from({ length: 4 * Math.ceil((steps + 1) / 4) }, (_, k) => (50 - Math.min(k, steps)) / 50)
}

/** Records errors f32 [rows, groups, count]; diagonal f32 [columns, 2], scales as found by `minmax` in float32. */
export function clipErrors(
  batch: Batch,
  bindings: Record<'weights' | 'diagonal' | 'scales' | 'zeros' | 'factors' | 'errors', Binding>,
  { rows, columns, width, groups, bits, scaleType, count }: ClipShape,
): void {
  const lanes = 64
  batch.run(kernel, {
    bindings,
    params: {
      rows,
      columns,
      width,
      groups,
      count,
      top: 2 ** bits - 1,
      half_precision: Number(scaleType === 'f16'),
    },
    workgroups: spread(Math.ceil((rows * groups * count) / (4 * lanes))),
    overrides: { LANES: lanes },
    work: 4 * count * rows * columns,
  })
}

/** Scale of a group times a factor, as it would be stored. */
export function clippedScale(scale: number, factor: number, scaleType: 'f16' | 'f32'): number {
  return storedScale(Math.fround(scale * factor), scaleType)
}

/** The same in float64, for the stored scales. */
export function reference(
  weights: ArrayLike<number>,
  diagonal: ArrayLike<number>,
  scales: ArrayLike<number>,
  zeros: ArrayLike<number>,
  factors: ArrayLike<number>,
  { rows, columns, width, groups, bits, scaleType, count }: ClipShape,
): Float64Array<ArrayBuffer> {
  const errors = new Float64Array(rows * groups * count)
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < count; k++) {
        const level = row * groups + Math.floor(j / width)
        const scale = clippedScale(scales[level], factors[k], scaleType)
        const w = weights[row * columns + j]
        const code = Math.min(2 ** bits - 1, Math.max(0, roundHalfEven(w / scale) + zeros[level]))
        errors[level * count + k] += diagonal[2 * j] * (scale * (code - zeros[level]) - w) ** 2
      }
  return errors
}
