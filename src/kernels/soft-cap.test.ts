import { expect, test } from 'vitest'
import { largestDifference } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, softCap } from './soft-cap.ts'

test.each([
  [1, 30],
  [15, 5],
  [257, 0.25],
  [4200, 30],
])('%i numbers under a cap of %f', async (elements, cap) => {
  await withGpu(async (gpu, scope) => {
    const numbers = gaussians(elements, 1).map((value) => 20 * value)
    const x = scope.upload('x', numbers)
    const batch = gpu.batch('soft cap')
    softCap(batch, x, { elements, cap })
    await batch.submit()
    // A difference of two numbers of the cap's size, each exact to some units in the last place.
    expect(largestDifference(await gpu.readF32(x), reference(numbers, cap))).toBeLessThan(1e-6 * cap)
  })
})
