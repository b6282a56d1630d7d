import { describe, expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { slopes } from './attention-options.ts'
import { attention, attentionScratchBytes, reference, type AttentionShape, type AttentionSize } from './attention.ts'

async function error(shape: AttentionShape, size: AttentionSize, workPerSubmit?: number): Promise<number> {
  return withGpu(async (gpu, scope) => {
    const before = gpu.workPerSubmit
    gpu.workPerSubmit = workPerSubmit ?? before
    const { tokens, heads, kvHeads, width } = size
    const q = gaussians(tokens * heads * width, 1)
    const k = gaussians(tokens * kvHeads * width, 2)
    const v = gaussians(tokens * kvHeads * width, 3)
    const buffers = { q: scope.upload('q', q), k: scope.upload('k', k), v: scope.upload('v', v) }
    const y = scope.buffer('y', 4 * q.length)
    const scratch = scope.buffer('scores', attentionScratchBytes(gpu, size))
    const batch = gpu.batch('attention')
    attention(batch, { ...buffers, y, scratch }, size, shape)
    await batch.submit()
    gpu.workPerSubmit = before
    return normalisedError(await gpu.readF32(y), reference(q, k, v, size))
  })
}

describe.each<AttentionShape>(['register', 'workgroup'])('attention, %s', (shape) => {
  test.each([
    { tokens: 1, window: 1, heads: 1, kvHeads: 1, width: 4 },
    { tokens: 15, window: 15, heads: 3, kvHeads: 1, width: 6 },
    { tokens: 51, window: 17, heads: 4, kvHeads: 2, width: 8 },
    { tokens: 40, window: 16, heads: 2, kvHeads: 2, width: 12 },
    { tokens: 257, window: 257, heads: 2, kvHeads: 1, width: 20 },
    { tokens: 70, window: 35, heads: 6, kvHeads: 2, width: 128 },
    { tokens: 9, window: 9, heads: 1, kvHeads: 1, width: 256 },
  ])('$tokens tokens in windows of $window, $heads heads on $kvHeads of $width', async (size) => {
    // Scores of up to 60 in float32, exact to some 1e-6, go through exp: relative errors of 1e-6 to 1e-5, squared.
    expect(await error(shape, size)).toBeLessThan(1e-11)
  })

  test.each([
    { tokens: 40, window: 20, heads: 2, kvHeads: 1, width: 8, scale: 0.7 },
    { tokens: 70, window: 35, heads: 2, kvHeads: 1, width: 12, cap: 3 },
    { tokens: 70, window: 35, heads: 2, kvHeads: 1, width: 12, sliding: 1 },
    { tokens: 140, window: 70, heads: 2, kvHeads: 1, width: 12, sliding: 17 },
    { tokens: 300, window: 300, heads: 1, kvHeads: 1, width: 4, sliding: 65 },
    { tokens: 40, window: 40, heads: 2, kvHeads: 2, width: 5, sliding: 100 },
    { tokens: 257, window: 257, heads: 6, kvHeads: 6, width: 4, sloped: true },
    { tokens: 30, window: 15, heads: 8, kvHeads: 2, width: 6, sloped: true },
    { tokens: 90, window: 45, heads: 3, kvHeads: 3, width: 16, scale: 0.3, cap: 2, sliding: 13, sloped: true },
  ])('with options: %o', async (size) => {
    // As above; the slopes' exponentials and tanh add a few units in the last place of scores that matter.
    expect(await error(shape, size)).toBeLessThan(1e-11)
  })

  test('cut into pieces', async () => {
    const size = { tokens: 120, window: 40, heads: 2, kvHeads: 1, width: 8 }
    expect(await error(shape, size, 1)).toBeLessThan(1e-11)
  })
})

test('slopes of ALiBi for six heads', () => {
  // The four of 2^-2, 2^-4, … and every other one of the series for eight heads, 2^-1, 2^-2, ….
  expect(slopes(6)).toEqual([2 ** -2, 2 ** -4, 2 ** -6, 2 ** -8, 2 ** -1, 2 ** -3])
  expect(slopes(2)).toEqual([2 ** -4, 2 ** -8])
})
