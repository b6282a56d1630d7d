import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { padded, rankUpdate, reference } from './rank-update.ts'

test.each([
  [1, 1, 1],
  [15, 17, 5],
  [257, 33, 32],
  [3, 257, 32],
])('C [%i, %i] plus or minus a product over %i', async (rows, columns, depth) => {
  await withGpu(async (gpu, scope) => {
    const left = gaussians(depth * rows, 1)
    const right = gaussians(depth * columns, 2)
    for (const sign of [1, -1] as const) {
      // C is the lower right part of a larger matrix; left and right have margins too.
      const stride = padded(columns) + 4
      const matrix = gaussians((rows + 2) * stride, 3)
      const widened = (values: Float32Array, width: number) => {
        const wide = padded(width) + 4
        return Float32Array.from({ length: depth * wide + 4 }, (_, at) => {
          const [k, i] = [Math.floor((at - 4) / wide), (at - 4) % wide]
          return at >= 4 && i < width ? values[k * width + i] : NaN
        })
      }
      const result = scope.upload('result', matrix)
      const batch = gpu.batch('rank-update')
      rankUpdate(
        batch,
        {
          left: { binding: scope.upload('left', widened(left, rows)), offset: 4, stride: padded(rows) + 4 },
          right: { binding: scope.upload('right', widened(right, columns)), offset: 4, stride: padded(columns) + 4 },
          result: { binding: result, offset: 2 * stride + 4, stride },
        },
        { rows, columns, depth, sign, upper: false },
      )
      await batch.submit()
      const expected = Float64Array.from(matrix)
      reference(left, right, { rows, columns, depth, sign, upper: false }).forEach(
        (sum, at) => (expected[(2 + Math.floor(at / columns)) * stride + 4 + (at % columns)] += sum),
      )
      // The padding behind a row of C is nobody's.
      const own = (values: ArrayLike<number>) =>
        Array.from(values).filter((_, at) => at < 2 * stride || at % stride < 4 + columns)
      // Sums of at most 32 products.
      expect(normalisedError(own(await gpu.readF32(result)), own(expected))).toBeLessThan(1e-13)
    }
  })
})

test('the upper part alone is complete', async () => {
  await withGpu(async (gpu, scope) => {
    const size = 152
    const panel = gaussians(8 * size, 4)
    const part = { binding: scope.upload('panel', panel), offset: 0, stride: size }
    const result = scope.upload('result', new Float32Array(size * size))
    const batch = gpu.batch('rank-update')
    const shape = { rows: size, columns: size, depth: 8, sign: -1, upper: true } as const
    rankUpdate(batch, { left: part, right: part, result: { binding: result, offset: 0, stride: size } }, shape)
    await batch.submit()
    const upper = (values: ArrayLike<number>) =>
      Array.from(values).filter((_, at) => at % size >= Math.floor(at / size))
    expect(normalisedError(upper(await gpu.readF32(result)), upper(reference(panel, panel, shape)))).toBeLessThan(1e-13)
  })
})
