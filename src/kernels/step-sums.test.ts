import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { partsOf, reference, stepSums } from './step-sums.ts'

test.each([
  [1, 1],
  [15, 17],
  [3, 257],
])('sums of %i steps of %i rows', async (steps, rows) => {
  await withGpu(async (gpu, scope) => {
    const gains = gaussians(2 * steps * rows, 14).map((g) => Math.min(0, g))
    const before = 2
    const width = 2 * partsOf(rows)
    const sums = scope.upload('sums', new Float32Array(width * (before + steps)).fill(7))
    const batch = gpu.batch('step-sums')
    stepSums(batch, { gains: scope.upload('gains', gains), sums }, { steps, rows, before })
    await batch.submit()
    const all = await gpu.readF32(sums)
    expect([...all.subarray(0, width * before)]).toEqual(new Array(width * before).fill(7))
    // Sums of at most 64 numbers of one sign.
    expect(normalisedError(all.subarray(width * before), reference(gains, steps, rows))).toBeLessThan(1e-13)
  })
})
