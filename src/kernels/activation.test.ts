import { describe, expect, test } from 'vitest'
import { largestDifference, normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { activate, activateGate, activations, reference } from './activation.ts'

describe.each(activations)('%s', (kind) => {
  test.each([1, 15, 257, 4200])('of %i elements', async (elements) => {
    await withGpu(async (gpu, scope) => {
      const numbers = gaussians(elements, 1).map((value) => 4 * value)
      const x = scope.upload('x', numbers)
      const batch = gpu.batch('activation')
      activate(batch, kind, x, elements)
      await batch.submit()
      const [actual, expected] = [await gpu.readF32(x), reference(kind, numbers)]
      // WGSL grants exp 3 + 2 |a| units in the last place: with |a| up to 30 a relative error of 4e-6 in the smallest results.
      expect(normalisedError(actual, expected)).toBeLessThan(1e-11)
      // erf is known to 1.5e-7, times half of x; large results are exact to the last places of float32.
      if (kind.startsWith('gelu')) expect(largestDifference(actual, expected)).toBeLessThan(2e-6)
    })
  })

  test.each([1, 257, 4200])('as a gate of %i elements', async (elements) => {
    await withGpu(async (gpu, scope) => {
      const gates = gaussians(elements, 1).map((value) => 8 * value)
      const ups = gaussians(elements, 2)
      const gate = scope.upload('gate', gates)
      const batch = gpu.batch('activation')
      activateGate(batch, kind, { gate, up: scope.upload('up', ups) }, elements)
      await batch.submit()
      // As above.
      expect(normalisedError(await gpu.readF32(gate), reference(kind, gates, ups))).toBeLessThan(1e-11)
    })
  })
})

test('gelu at ±1 and 3 against tables of the normal distribution', () => {
  // Φ(1) = 0.8413447460685429, Φ(3) = 0.9986501019683699, and 4 Φ(4) by the fraction: Φ(4) = 0.9999683287581669.
  const [one, minus, three, four] = reference('gelu', [1, -1, 3, 4])
  expect(one).toBeCloseTo(0.8413447460685429, 14)
  expect(minus).toBeCloseTo(-0.1586552539314571, 14)
  expect(three / 3).toBeCloseTo(0.9986501019683699, 14)
  expect(four / 4).toBeCloseTo(0.9999683287581669, 14)
})
