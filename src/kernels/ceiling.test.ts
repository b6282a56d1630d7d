import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { ceiling, reference } from './ceiling.ts'

test.each([1, 15, 17, 257])('%i invocations', async (count) => {
  await withGpu(async (gpu, scope) => {
    const params = { count, steps: 3, factor: 0.9, term: 0.5 }
    const y = scope.buffer('y', 4 * count)
    const batch = gpu.batch('ceiling')
    ceiling(batch, { y }, params)
    await batch.submit()
    // 48 rounded multiply-adds that shrink earlier errors, with a factor rounded to float32.
    expect(normalisedError(await gpu.readF32(y), reference(params))).toBeLessThan(1e-11)
  })
})
