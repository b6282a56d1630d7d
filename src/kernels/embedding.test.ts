import { expect, test } from 'vitest'
import { random } from '../math/random.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { embedding, reference } from './embedding.ts'

test.each([
  [1, 1, 1, 1],
  [17, 15, 17, 1],
  [257, 40, 64, 1],
  [15, 17, 16, 4],
])(
  'embedding of %i tokens from %i rows of %i columns, times %i, in two parts',
  async (tokens, rows, columns, scale) => {
    await withGpu(async (gpu, scope) => {
      const table = gaussians(rows * columns, 1)
      const source = random(2)
      const numbers = Uint32Array.from({ length: tokens }, () => source.integer(rows))
      const ids = scope.upload('ids', numbers)
      const y = scope.buffer('y', 4 * tokens * columns)
      const batch = gpu.batch('embedding')
      const half = Math.ceil(rows / 2)
      for (const [first, end] of [
        [0, half],
        [half, rows],
      ])
        if (end > first) {
          const part = scope.upload('table', table.subarray(first * columns, end * columns))
          embedding(batch, { ids, table: part, y }, { tokens, first, rows: end - first, columns, scale })
        }
      await batch.submit()
      // Copies of numbers, times a power of two: exact.
      expect([...(await gpu.readF32(y))]).toEqual([...reference(numbers, table, columns, scale)])
    })
  },
)
