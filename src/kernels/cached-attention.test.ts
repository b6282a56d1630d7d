import { describe, expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { cachedAttention, reference } from './cached-attention.ts'
import type { RowShape } from './rows.ts'

describe.each<RowShape>(['thread', 'workgroup'])('attention over kept keys and values, lanes of a %s', (shape) => {
  test.each([
    [1, 0, 1, 1, 1, {}],
    [1, 16, 4, 2, 15, {}],
    [15, 0, 3, 1, 17, {}],
    [17, 257, 4, 2, 32, {}],
    [1, 600, 2, 2, 256, {}],
    [15, 17, 2, 1, 8, { scale: 0.7, cap: 3 }],
    [17, 257, 4, 2, 8, { sliding: 15 }],
    [3, 600, 4, 2, 8, { sliding: 300 }],
    [15, 257, 6, 6, 8, { sloped: true }],
    [17, 1, 3, 1, 15, { cap: 2, sliding: 5, sloped: true }],
  ])('%i tokens after %i, %i heads over %i, %i wide, %o', async (tokens, first, heads, kvHeads, width, options) => {
    await withGpu(async (gpu, scope) => {
      const size = { tokens, first, heads, kvHeads, width, ...options }
      const q = gaussians(tokens * heads * width, 1)
      const [k, v] = [2, 3].map((seed) => gaussians((first + tokens) * kvHeads * width, seed))
      // A cache has room for more; what lies there is poison.
      const cache = (label: string, numbers: Float32Array) => {
        const buffer = scope.buffer(label, 4 * numbers.length + 4 * 3 * kvHeads * width)
        gpu.write(buffer, numbers)
        return buffer
      }
      const y = scope.buffer('y', 4 * q.length)
      const batch = gpu.batch('cached attention')
      cachedAttention(
        batch,
        { q: scope.upload('q', q), keys: cache('keys', k), values: cache('values', v), y },
        size,
        shape,
      )
      await batch.submit()
      // Scores of up to 256 float32 products, exponentials exact to a few units in the last place, sums of 600 of them.
      expect(normalisedError(await gpu.readF32(y), reference(q, k, v, size))).toBeLessThan(1e-11)
    })
  })
})

test('a long prompt is cut along its tokens', async () => {
  await withGpu(async (gpu, scope) => {
    const size = { tokens: 15, first: 2, heads: 2, kvHeads: 1, width: 8 }
    const q = gaussians(15 * 16, 1)
    const [k, v] = [2, 3].map((seed) => gaussians(17 * 8, seed))
    const y = scope.buffer('y', 4 * q.length)
    const usual = gpu.workPerSubmit
    gpu.workPerSubmit = 2 * 16 * 17 * 4
    try {
      const batch = gpu.batch('cached attention')
      const [keys, values] = [k, v].map((numbers) => scope.upload('cache', numbers))
      cachedAttention(batch, { q: scope.upload('q', q), keys, values, y }, size)
      await batch.submit()
    } finally {
      gpu.workPerSubmit = usual
    }
    // Sums of 17 float32 products.
    expect(normalisedError(await gpu.readF32(y), reference(q, k, v, size))).toBeLessThan(1e-12)
  })
})
