import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { addBias, reference } from './add-bias.ts'

test.each([
  [1, 1],
  [15, 17],
  [257, 15],
  [3, 257],
])('a bias for %i tokens of %i rows', async (tokens, rows) => {
  await withGpu(async (gpu, scope) => {
    const [numbers, bias] = [gaussians(tokens * rows, 1), gaussians(rows, 2)]
    const y = scope.upload('y', numbers)
    const batch = gpu.batch('bias')
    addBias(batch, { bias: scope.upload('bias', bias), y }, { tokens, rows })
    await batch.submit()
    // One sum, rounded to float32.
    expect(normalisedError(await gpu.readF32(y), reference(numbers, bias))).toBeLessThan(1e-14)
  })
})
