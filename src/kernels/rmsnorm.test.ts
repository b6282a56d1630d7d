import { describe, expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, rmsnorm } from './rmsnorm.ts'
import type { RowShape } from './rows.ts'

describe.each<RowShape>(['thread', 'workgroup'])('rmsnorm, a row per %s', (shape) => {
  test.each([
    [1, 1],
    [15, 17],
    [3, 257],
    [70, 128],
  ])('%i tokens, %i columns', async (tokens, columns) => {
    await withGpu(async (gpu, scope) => {
      const x = gaussians(tokens * columns, 1)
      const weight = gaussians(columns, 2)
      const y = scope.buffer('y', 4 * x.length)
      const batch = gpu.batch('rmsnorm')
      const epsilon = 1e-5
      rmsnorm(
        batch,
        { x: scope.upload('x', x), weight: scope.upload('weight', weight), y },
        { tokens, columns, epsilon },
        shape,
      )
      await batch.submit()
      // A sum of up to 257 squares in float32, then one inverse square root: a few units in the last place.
      expect(normalisedError(await gpu.readF32(y), reference(x, weight, columns, epsilon))).toBeLessThan(1e-12)
    })
  })

  test('added to what is there', async () => {
    await withGpu(async (gpu, scope) => {
      const [x, weight, before] = [gaussians(17 * 15, 1), gaussians(15, 2), gaussians(17 * 15, 3)]
      const y = scope.upload('y', before)
      const batch = gpu.batch('rmsnorm')
      const buffers = { x: scope.upload('x', x), weight: scope.upload('weight', weight), y }
      rmsnorm(batch, buffers, { tokens: 17, columns: 15, epsilon: 1e-5, accumulate: true }, shape)
      await batch.submit()
      const expected = reference(x, weight, 15, 1e-5).map((value, at) => value + before[at])
      // As above, and one rounding of the sum.
      expect(normalisedError(await gpu.readF32(y), expected)).toBeLessThan(1e-12)
    })
  })
})
