import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { addPositions, reference } from './add-positions.ts'

test.each([
  [1, 1, 1, 0, 0],
  [17, 15, 17, 0, 2],
  [30, 17, 15, 0, 0],
  [3, 257, 20, 15, 2],
])(
  'positions of %i tokens of %i columns in windows of %i, from %i on, offset %i',
  async (tokens, columns, window, first, offset) => {
    await withGpu(async (gpu, scope) => {
      const [numbers, table] = [gaussians(tokens * columns, 1), gaussians((window + offset) * columns, 2)]
      const y = scope.upload('y', numbers)
      const size = { tokens, columns, window, first, offset }
      const batch = gpu.batch('positions')
      addPositions(batch, { table: scope.upload('table', table), y }, size)
      await batch.submit()
      // One sum, rounded to float32.
      expect(normalisedError(await gpu.readF32(y), reference(numbers, table, size))).toBeLessThan(1e-14)
    })
  },
)
