import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, scaledSum } from './scaled-sum.ts'

test.each([
  [1, -1],
  [15, 0.5],
  [257, 1],
  [4200, -3],
])('scaled sum of %i elements, factor %f', async (elements, factor) => {
  await withGpu(async (gpu, scope) => {
    const [left, right] = [gaussians(elements, 1), gaussians(elements, 2)]
    const result = scope.buffer('result', 4 * elements)
    const batch = gpu.batch('scaled sum')
    const bindings = { left: scope.upload('left', left), right: scope.upload('right', right), result }
    scaledSum(batch, bindings, { elements, factor })
    await batch.submit()
    // Two roundings of float32.
    expect(normalisedError(await gpu.readF32(result), reference(left, right, factor))).toBeLessThan(1e-13)
  })
})
