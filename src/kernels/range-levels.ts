// Levels that span the range of a group (`find_params` of IST-DASLab/gptq), 0 always inside: scale = (high − low) / top,
// zero = round(−low / scale). middle: the range is ±max |w|, zero = 2^(bits − 1); half: the same, zero = top / 2.
// Ties to even.
import code from '../../shaders/range-levels.wgsl?raw'
import divide from '../../shaders/shared/divide.wgsl?raw'
import scale from '../../shaders/shared/scale.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { roundToHalf } from '../math/half.ts'
import { roundHalfEven } from '../math/round.ts'

export const kernel = defineKernel({
  name: 'range-levels',
  code: code + scale + divide,
  bindings: { ranges: 'read', scales: 'read_write', zeros: 'read_write' },
  params: { levels: 'u32', top: 'f32', zero_kind: 'u32', half_precision: 'u32' },
})

const ZERO_KINDS = ['inside', 'middle', 'half'] as const

/** inside: where 0 falls in the range; middle: the code 2^(bits − 1); half: (2^bits − 1) / 2, between two codes. */
export type ZeroKind = (typeof ZERO_KINDS)[number]

export interface RangeLevelsShape {
  levels: number
  bits: number
  zero: ZeroKind
  scaleType: 'f16' | 'f32'
}

/** Records scales, zeros [levels] of ranges [levels, 2] as `range` gives them. */
export function rangeLevels(
  batch: Batch,
  bindings: { ranges: Binding; scales: Binding; zeros: Binding },
  { levels, bits, zero, scaleType }: RangeLevelsShape,
): void {
  batch.run(kernel, {
    bindings,
    params: {
      levels,
      top: 2 ** bits - 1,
      zero_kind: ZERO_KINDS.indexOf(zero),
      half_precision: Number(scaleType === 'f16'),
    },
    workgroups: spread(Math.ceil(levels / 64)),
    // Two long divisions.
    work: 200 * levels,
  })
}

/** A scale as it is stored: float16 within 2^-24 … 65504, or float32 (normal numbers). */
export function storedScale(scale: number, scaleType: 'f16' | 'f32'): number {
  return scaleType === 'f16'
    ? Math.min(65504, Math.max(2 ** -24, roundToHalf(scale)))
    : Math.max(2 ** -126, Math.fround(scale))
}

/** Scales and zeros of float32 ranges in float32 arithmetic, whose every operation is correctly rounded. */
export function reference(
  ranges: ArrayLike<number>,
  { levels, bits, zero, scaleType }: RangeLevelsShape,
): { scales: Float64Array; zeros: Float64Array } {
  const top = 2 ** bits - 1
  const scales = new Float64Array(levels)
  const zeros = new Float64Array(levels)
  for (let at = 0; at < levels; at++) {
    let [low, high] = [-ranges[2 * at], ranges[2 * at + 1]]
    if (low === 0 && high === 0) [low, high] = [-1, 1]
    if (zero !== 'inside') [low, high] = [-Math.max(-low, high), Math.max(-low, high)]
    const scale = Math.fround(Math.fround(high - low) / top)
    scales[at] = storedScale(scale, scaleType)
    zeros[at] =
      zero === 'half' ? top / 2 : zero === 'middle' ? 2 ** (bits - 1) : roundHalfEven(Math.fround((0 - low) / scale))
  }
  return { scales, zeros }
}
