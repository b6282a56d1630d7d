import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { clipLoss, reference } from './clip-loss.ts'

test.each([
  [1, 1, 4],
  [15, 3, 20],
  [17, 2, 16],
  [257, 1, 260],
])('losses of %i rows at their place among %i groups, of %i columns', async (rows, groups, span) => {
  await withGpu(async (gpu, scope) => {
    const [factors, first, count] = [12, 5, 3]
    const group = groups - 1
    const residual = gaussians(count * rows * span, 40)
    const product = gaussians(count * rows * span, 41)
    const before = gaussians(rows * groups * factors, 42)
    const given = { residual: scope.upload('residual', residual), product: scope.upload('product', product) }
    for (const accumulate of [false, true]) {
      const errors = scope.upload('errors', before)
      const shape = { rows, groups, group, span, first, count, factors, accumulate }
      const batch = gpu.batch('clip-loss')
      clipLoss(batch, { ...given, errors }, shape)
      await batch.submit()
      const losses = reference(residual, product, shape)
      const expected = Float64Array.from(before)
      losses.forEach((loss, at) => {
        const place = ((at % rows) * groups + group) * factors + first + Math.floor(at / rows)
        expected[place] = loss + (accumulate ? before[place] : 0)
      })
      // Sums of up to 260 float32 products of both signs.
      expect(normalisedError(await gpu.readF32(errors), expected)).toBeLessThan(1e-12)
    }
  })
})
