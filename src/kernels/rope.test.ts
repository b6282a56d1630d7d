import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, rope, ropeTable } from './rope.ts'

test.each([
  [1, 1, 1, 2, 1, 0, 1],
  [17, 3, 4, 8, 5, 0, 1],
  [300, 2, 15, 30, 257, 0, 1],
  [1, 2, 15, 30, 257, 200, 1],
  [17, 3, 2, 15, 17, 0, 1],
  [15, 1, 4, 17, 9, 3, 1.25],
])(
  'rope of %i tokens, %i heads, %i pairs of %i numbers, windows of %i, from position %i, times %f',
  async (tokens, heads, half, width, window, first, factor) => {
    await withGpu(async (gpu, scope) => {
      const values = gaussians(tokens * heads * width, 1)
      const frequencies = Float64Array.from({ length: half }, (_, i) => 10000 ** (-i / half))
      const { cosines, sines } = ropeTable(window, frequencies, factor)
      const x = scope.upload('x', values)
      const batch = gpu.batch('rope')
      const tables = { cosines: scope.upload('cosines', cosines), sines: scope.upload('sines', sines) }
      rope(batch, { ...tables, x }, { tokens, heads, half, width, window, first })
      await batch.submit()
      // Two products and a sum of float32 numbers, the angles' functions rounded to float32.
      expect(
        normalisedError(
          await gpu.readF32(x),
          reference(values, { heads, half, width, window, first }, frequencies, factor),
        ),
      ).toBeLessThan(1e-13)
    })
  },
)
