import { expect, test } from 'vitest'
import { seededClip } from '../test/clip.ts'
import { raggedShapes } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference as residualReference } from './clip-residual.ts'
import { owcStep, reference } from './owc-step.ts'

test.each(raggedShapes)(
  'a turn of the last group of %i rows, %i columns in groups of %i',
  async (rows, columns, width) => {
    await withGpu(async (gpu, scope) => {
      const { shape: layer, numbers, buffers } = seededClip(scope, { rows, columns, width, scaleType: 'f16' })
      const { weights, scales, zeros, factors } = numbers
      const { groups, count } = layer
      const group = groups - 1
      const start = group * width
      const height = 4 * Math.ceil(Math.min(width, columns - start) / 4)
      const shape = { ...layer, group, height, span: 4 * Math.ceil(columns / 4) }
      // Choices as they may be after a sweep; some are the best already.
      const before = Uint32Array.from({ length: rows * groups }, (_, level) => (level * 5) % count)
      const errors = gaussians(rows * groups * count, 60).map(Math.abs)
      const linear = gaussians(rows * height, 61).map((c) => 0.3 * c)
      const old = gaussians(rows * shape.span, 62)
      const choices = scope.upload('choices', before)
      const residual = scope.upload('residual', old)
      const given = { errors: scope.upload('errors', errors), linear: scope.upload('linear', linear) }
      const batch = gpu.batch('owc-step')
      owcStep(batch, { ...buffers, ...given, residual, choices }, shape)
      await batch.submit()
      const totals = reference(weights, scales, zeros, factors, errors, linear, shape)
      const found = await gpu.readU32(choices)
      const written = await gpu.readF32(residual)
      for (let row = 0; row < rows; row++) {
        const own = totals.subarray(row * count, (row + 1) * count)
        const smallest = own.indexOf(Math.min(...own))
        const level = row * groups + group
        const best = own[smallest] < own[before[level]] ? smallest : before[level]
        // The seeded totals of a row differ by far more than float32 sums of products err.
        expect(found[level], `row ${row}`).toBe(best)
        const end = Math.min(columns, start + width)
        const chosen = { ...shape, start, end, first: best, count: 1, span: height }
        const expected = residualReference(weights, scales, zeros, factors, chosen)
        for (let j = 0; j < shape.span; j++) {
          const at = row * shape.span + j
          const moved = best !== before[level] && j >= start && j < end
          // Two float32 operations on numbers up to 4; everything else is untouched.
          if (moved) expect(Math.abs(written[at] - expected[row * height + j - start])).toBeLessThan(1e-6)
          else expect(written[at]).toBe(old[at])
        }
      }
      expect([...found].filter((choice, at) => at % groups !== group && choice !== before[at])).toEqual([])
    })
  },
)
