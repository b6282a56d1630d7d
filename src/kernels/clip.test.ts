import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { clip, reference } from './clip.ts'
import { clipFactors } from './clip-errors.ts'

test.each([1, 15, 17, 257])('%i scales times the factors chosen for them', async (levels) => {
  await withGpu(async (gpu, scope) => {
    const factors = clipFactors(0.3)
    const given = Uint32Array.from({ length: levels }, (_, level) => (level * 7) % factors.length)
    for (const scaleType of ['f16', 'f32'] as const) {
      const numbers = gaussians(levels, 13).map((s) => Math.abs(s) + 0.01)
      const scales = scope.upload('scales', numbers)
      const buffers = { factors: scope.upload('factors', factors), choices: scope.upload('choices', given), scales }
      const batch = gpu.batch('clip')
      clip(batch, buffers, { levels, scaleType })
      await batch.submit()
      // Exact: one correctly rounded float32 product, and its rounding to float16, on both sides.
      expect(await gpu.readF32(scales)).toEqual(Float32Array.from(reference(factors, given, numbers, scaleType)))
    }
  })
})
