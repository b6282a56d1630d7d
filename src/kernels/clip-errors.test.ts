import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { seededClip } from '../test/clip.ts'
import { raggedShapes } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { clipErrors, clipFactors, reference } from './clip-errors.ts'

test('factors: 1.00, 0.98, … down to the lowest, the last one again up to a multiple of 4', () => {
  const all = clipFactors(0.3)
  expect(all.length).toBe(36)
  expect([...all]).toEqual(Array.from({ length: 36 }, (_, k) => Math.fround((50 - k) / 50)))
  expect([...clipFactors(1)]).toEqual([1, 1, 1, 1])
  expect([...clipFactors(0.9)]).toEqual([1, 0.98, 0.96, 0.94, 0.92, 0.9, 0.9, 0.9].map(Math.fround))
  expect(clipFactors(0.02).at(-1)).toBe(Math.fround(0.02))
})

test.each(raggedShapes)(
  'errors of clipped levels of %i rows, %i columns in groups of %i',
  async (rows, columns, width) => {
    await withGpu(async (gpu, scope) => {
      for (const scaleType of ['f16', 'f32'] as const) {
        const { shape, numbers, buffers } = seededClip(scope, { rows, columns, width, scaleType })
        const diagonal = gaussians(2 * columns, 11).map((h) => h * h)
        const errors = scope.buffer('errors', 4 * rows * shape.groups * shape.count)
        const batch = gpu.batch('clip-errors')
        clipErrors(batch, { ...buffers, diagonal: scope.upload('diagonal', diagonal), errors }, shape)
        await batch.submit()
        const { weights, scales, zeros, factors } = numbers
        // A weight's error is a difference of nearly equal numbers: it errs by some 1e-7 of the weight, and its square
        // by that much more.
        expect(
          normalisedError(await gpu.readF32(errors), reference(weights, diagonal, scales, zeros, factors, shape)),
        ).toBeLessThan(1e-11)
      }
    })
  },
)
