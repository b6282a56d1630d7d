import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, swiglu } from './swiglu.ts'

test.each([1, 15, 257, 4200])('swiglu of %i elements', async (elements) => {
  await withGpu(async (gpu, scope) => {
    const gates = gaussians(elements, 1).map((value) => 8 * value)
    const ups = gaussians(elements, 2)
    const gate = scope.upload('gate', gates)
    const batch = gpu.batch('swiglu')
    swiglu(batch, { gate, up: scope.upload('up', ups) }, { elements })
    await batch.submit()
    // WGSL grants exp 3 + 2 |a| units in the last place: with |a| up to 30 a relative error of 4e-6 in the smallest results.
    expect(normalisedError(await gpu.readF32(gate), reference(gates, ups))).toBeLessThan(1e-11)
  })
})
