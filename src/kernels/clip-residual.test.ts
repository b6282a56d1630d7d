import { expect, test } from 'vitest'
import { seededClip } from '../test/clip.ts'
import { raggedShapes } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { clipResidual, reference } from './clip-residual.ts'

test.each(raggedShapes)('clipped residual of %i rows, %i columns in groups of %i', async (rows, columns, width) => {
  await withGpu(async (gpu, scope) => {
    for (const scaleType of ['f16', 'f32'] as const) {
      const { shape, numbers, buffers } = seededClip(scope, { rows, columns, width, scaleType })
      const { weights, scales, zeros, factors } = numbers
      const middle = columns >> 1
      for (const [start, end, first, count] of [
        [0, columns, 0, 1],
        [middle, columns, 3, 5],
      ]) {
        const span = 4 * Math.ceil((end - start + 3) / 4)
        const block = { ...shape, start, end, first, count, span }
        const residual = scope.buffer('residual', 4 * count * rows * span)
        const batch = gpu.batch('clip-residual')
        clipResidual(batch, { ...buffers, residual }, block)
        await batch.submit()
        const expected = reference(weights, scales, zeros, factors, block)
        const found = await gpu.readF32(residual)
        // The same codes; scale · (code − zero) and the difference are two float32 operations on numbers up to 4.
        expect(Math.max(...found.map((e, at) => Math.abs(e - expected[at])))).toBeLessThan(1e-6)
      }
    }
  })
})
