import { describe, expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
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

  test('cut into pieces', async () => {
    const size = { tokens: 120, window: 40, heads: 2, kvHeads: 1, width: 8 }
    expect(await error(shape, size, 1)).toBeLessThan(1e-11)
  })
})
