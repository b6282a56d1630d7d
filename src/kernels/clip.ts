// Multiplies every group's scale by the factor chosen for it.
import code from '../../shaders/clip.wgsl?raw'
import scale from '../../shaders/shared/scale.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { clippedScale } from './clip-errors.ts'

export const kernel = defineKernel({
  name: 'clip',
  code: code + scale,
  bindings: { factors: 'read', choices: 'read', scales: 'read_write' },
  params: { levels: 'u32', half_precision: 'u32' },
})

/** Records scales *= factors[choice]: choices u32 [levels], scales f32 [levels], unrounded in, as stored out. */
export function clip(
  batch: Batch,
  bindings: { factors: Binding; choices: Binding; scales: Binding },
  { levels, scaleType }: { levels: number; scaleType: 'f16' | 'f32' },
): void {
  batch.run(kernel, {
    bindings,
    params: { levels, half_precision: Number(scaleType === 'f16') },
    workgroups: spread(Math.ceil(levels / 64)),
    work: 4 * levels,
  })
}

/** The same for float32 numbers. */
export function reference(
  factors: ArrayLike<number>,
  choices: ArrayLike<number>,
  scales: ArrayLike<number>,
  scaleType: 'f16' | 'f32',
): Float64Array {
  return Float64Array.from(scales, (scale, level) => clippedScale(scale, factors[choices[level]], scaleType))
}
