import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { rangeLevels, reference } from './range-levels.ts'

const settings = [2, 3, 4, 8].flatMap((bits) =>
  (['inside', 'middle', 'half'] as const).flatMap((zero) =>
    (['f16', 'f32'] as const).map((scaleType) => ({ bits, zero, scaleType })),
  ),
)

async function compare(ranges: Float32Array) {
  await withGpu(async (gpu, scope) => {
    const levels = ranges.length / 2
    for (const setting of settings) {
      const scales = scope.buffer('scales', 4 * levels)
      const zeros = scope.buffer('zeros', 4 * levels)
      const batch = gpu.batch('range-levels')
      rangeLevels(batch, { ranges: scope.upload('ranges', ranges), scales, zeros }, { levels, ...setting })
      await batch.submit()
      const expected = reference(ranges, { levels, ...setting })
      // Exact: every operation is one correctly rounded float32 operation on both sides.
      expect(await gpu.readF32(scales), JSON.stringify(setting)).toEqual(Float32Array.from(expected.scales))
      expect(await gpu.readF32(zeros), JSON.stringify(setting)).toEqual(Float32Array.from(expected.zeros))
    }
  })
}

test.each([1, 15, 17, 257])('levels of %i ranges', async (levels) => {
  await compare(gaussians(2 * levels, levels).map(Math.abs))
})

test('levels of many ranges: every quotient is rounded correctly', async () => {
  await compare(gaussians(10000, 5).map((w, at) => Math.abs(w * 2 ** ((at * 7919) % 60) * 2 ** -30)))
})

test('levels of empty and one-sided ranges, and of those too small and too large for a float16 scale', async () => {
  await compare(Float32Array.of(0, 0, 3, 0, 0, 3, 0.1, 0.1, 1e-9, 2e-9, 1e-6, 0, 3e6, 4e5, 1e-30, 2e-30))
})
