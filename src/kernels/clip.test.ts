import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { FACTORS } from './clip-errors.ts'
import { clip, reference } from './clip.ts'

test.each([1, 15, 17, 257])('best factor of %i groups; the larger one on ties', async (levels) => {
  await withGpu(async (gpu, scope) => {
    for (const scaleType of ['f16', 'f32'] as const) {
      // Few different errors, so that most groups have ties.
      const errors = gaussians(levels * FACTORS, 12).map((e) => Math.round(e * 2))
      const scales = gaussians(levels, 13).map((s) => Math.abs(s) + 0.01)
      const buffer = scope.upload('scales', scales)
      const batch = gpu.batch('clip')
      clip(batch, { errors: scope.upload('errors', errors), scales: buffer }, { levels, scaleType })
      await batch.submit()
      // Exact: factor and product are correctly rounded float32 operations on both sides.
      expect(await gpu.readF32(buffer)).toEqual(Float32Array.from(reference(errors, scales, scaleType)))
    }
  })
})
