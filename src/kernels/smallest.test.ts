import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, smallest } from './smallest.ts'

test.each([1, 15, 17, 257])('smallest error of %i groups; the first on ties', async (levels) => {
  await withGpu(async (gpu, scope) => {
    const count = 36
    // Few different errors, so that most groups have ties.
    const errors = gaussians(levels * count, 12).map((e) => Math.round(e * 2))
    const choices = scope.buffer('choices', 4 * levels)
    const batch = gpu.batch('smallest')
    smallest(batch, { errors: scope.upload('errors', errors), choices }, { levels, count })
    await batch.submit()
    expect(await gpu.readU32(choices)).toEqual(reference(errors, levels, count))
  })
})
