import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { raggedShapes } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { clipErrors, FACTORS, reference } from './clip-errors.ts'
import { reference as minmax } from './minmax.ts'

test.each(raggedShapes)(
  'errors of clipped levels of %i rows, %i columns in groups of %i',
  async (rows, columns, width) => {
    await withGpu(async (gpu, scope) => {
      for (const scaleType of ['f16', 'f32'] as const) {
        const groups = Math.ceil(columns / width)
        const weights = gaussians(rows * columns, 10)
        const shape = { rows, columns, width, groups, bits: 3, symmetric: false, scaleType }
        const diagonal = gaussians(2 * columns, 11).map((h) => h * h)
        const { scales, zeros } = minmax(weights, { ...shape, scaleType: 'f32' })
        const errors = scope.buffer('errors', 4 * rows * groups * FACTORS)
        const given = {
          weights: scope.upload('weights', weights),
          diagonal: scope.upload('diagonal', diagonal),
          scales: scope.upload('scales', Float32Array.from(scales)),
          zeros: scope.upload('zeros', Float32Array.from(zeros)),
        }
        const batch = gpu.batch('clip-errors')
        clipErrors(batch, { ...given, errors }, shape)
        await batch.submit()
        // A weight's error is a difference of nearly equal numbers: it errs by some 1e-7 of the weight, and its square
        // by that much more.
        expect(
          normalisedError(await gpu.readF32(errors), reference(weights, diagonal, scales, zeros, shape)),
        ).toBeLessThan(1e-11)
      }
    })
  },
)
