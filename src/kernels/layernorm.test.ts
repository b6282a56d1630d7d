import { describe, expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { layernorm, reference } from './layernorm.ts'
import type { RowShape } from './rows.ts'

describe.each<RowShape>(['thread', 'workgroup'])('layernorm, a row per %s', (shape) => {
  test.each([
    [1, 1, 1, false],
    [15, 17, 1, false],
    [3, 257, 1, true],
    [70, 128, 1, false],
    [51, 16, 3, true],
  ])('%i rows of %i columns, weights every %i, accumulating %s', async (rows, columns, period, accumulate) => {
    await withGpu(async (gpu, scope) => {
      // A mean far from zero: the sum of squares alone would lose the variance.
      const x = gaussians(rows * columns, 1).map((value) => value + 20)
      const [weight, bias, before] = [
        gaussians(period * columns, 2),
        gaussians(period * columns, 3),
        gaussians(x.length, 4),
      ]
      const y = accumulate ? scope.upload('y', before) : scope.buffer('y', 4 * x.length)
      const batch = gpu.batch('layernorm')
      const size = { rows, columns, period, epsilon: 1e-5, accumulate }
      const [gain, shift] = [scope.upload('weight', weight), scope.upload('bias', bias)]
      layernorm(batch, { x: scope.upload('x', x), weight: gain, bias: shift, y }, size, shape)
      await batch.submit()
      const expected = reference(x, weight, bias, size).map((value, at) => value + (accumulate ? before[at] : 0))
      // A mean of 20 in float32 is off by some 1e-6, against a spread of 1: that, squared.
      expect(normalisedError(await gpu.readF32(y), expected)).toBeLessThan(1e-11)
    })
  })
})
