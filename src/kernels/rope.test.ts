import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, rope, ropeTable } from './rope.ts'

test.each([
  [1, 1, 1, 1, 0],
  [17, 3, 4, 5, 0],
  [300, 2, 15, 257, 0],
  [1, 2, 15, 257, 200],
])(
  'rope of %i tokens, %i heads, halves of %i, windows of %i, from position %i',
  async (tokens, heads, half, window, first) => {
    await withGpu(async (gpu, scope) => {
      const values = gaussians(tokens * heads * 2 * half, 1)
      const { cosines, sines } = ropeTable(window, 2 * half, 10000)
      const x = scope.upload('x', values)
      const batch = gpu.batch('rope')
      const tables = { cosines: scope.upload('cosines', cosines), sines: scope.upload('sines', sines) }
      rope(batch, { ...tables, x }, { tokens, heads, half, window, first })
      await batch.submit()
      // Two products and a sum of float32 numbers, the angles' functions rounded to float32.
      expect(
        normalisedError(await gpu.readF32(x), reference(values, { heads, half, window, theta: 10000, first })),
      ).toBeLessThan(1e-13)
    })
  },
)
