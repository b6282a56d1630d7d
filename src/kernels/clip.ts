// Multiplies every group's scale by the factor with the smallest error, the larger factor on ties.
import code from '../../shaders/clip.wgsl?raw'
import divide from '../../shaders/shared/divide.wgsl?raw'
import scale from '../../shaders/shared/scale.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { clippedScale, FACTORS } from './clip-errors.ts'

export const kernel = defineKernel({
  name: 'clip',
  code: code + scale + divide,
  bindings: { errors: 'read', scales: 'read_write' },
  params: { levels: 'u32', factors: 'u32', half_precision: 'u32' },
})

/** Records scales *= best factor: errors f32 [levels, FACTORS], scales f32 [levels], unrounded in, as stored out. */
export function clip(
  batch: Batch,
  bindings: { errors: Binding; scales: Binding },
  { levels, scaleType }: { levels: number; scaleType: 'f16' | 'f32' },
): void {
  batch.run(kernel, {
    bindings,
    params: { levels, factors: FACTORS, half_precision: Number(scaleType === 'f16') },
    workgroups: spread(Math.ceil(levels / 64)),
    work: levels * FACTORS,
  })
}

/** The same for float32 numbers. */
export function reference(
  errors: ArrayLike<number>,
  scales: ArrayLike<number>,
  scaleType: 'f16' | 'f32',
): Float64Array {
  return Float64Array.from(scales, (scale, level) => {
    const own = Array.from({ length: FACTORS }, (_, k) => errors[level * FACTORS + k])
    return clippedScale(scale, own.indexOf(Math.min(...own)), scaleType)
  })
}
