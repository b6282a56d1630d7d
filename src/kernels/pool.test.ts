import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { pool, reference } from './pool.ts'

test.each([
  [1, 1],
  [15, 36],
  [17, 2],
  [257, 15],
  [5000, 3],
])('mean and largest of %i rows, %i numbers each', async (rows, width) => {
  await withGpu(async (gpu, scope) => {
    for (const pooling of ['mean', 'largest'] as const) {
      const given = gaussians(rows * width, rows)
      const values = scope.upload('values', given)
      const batch = gpu.batch('pool')
      pool(batch, { values }, { rows, width, pooling })
      await batch.submit()
      const found = await gpu.readF32(values)
      const expected = reference(given, { rows, width, pooling })
      // The largest is exact. Means of float32 numbers of both signs, which cancel: a hundredth of their size is left.
      if (pooling === 'largest') expect(found).toEqual(Float32Array.from(expected))
      else expect(normalisedError(found, expected)).toBeLessThan(1e-10)
    }
  })
})
