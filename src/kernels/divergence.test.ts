import { describe, expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { divergence, divergencesOf, reference } from './divergence.ts'
import type { RowShape } from './rows.ts'

describe.each<RowShape>(['thread', 'workgroup'])('divergence, a row per %s', (shape) => {
  test.each([
    [1, 1, 1, 1],
    [15, 17, 17, 3],
    [17, 257, 100, 0.3],
    [70, 1000, 256, 0.01],
    [33, 1000, 256, 0.001],
    [5, 300, 64, 20],
  ])('%i tokens, vocabulary of %i in chunks of %i, differences of %f', async (tokens, vocabulary, chunk, size) => {
    await withGpu(async (gpu, scope) => {
      const left = gaussians(tokens * vocabulary, 1).map((value) => 4 * value)
      const noise = gaussians(tokens * vocabulary, 2)
      // The right logits lie higher as a whole, which no probability may notice.
      const right = left.map((value, i) => value + size * noise[i] + 2)
      const state = scope.buffer('state', 32 * tokens)
      const batch = gpu.batch('divergence')
      for (let first = 0; first < vocabulary; first += chunk) {
        const rows = Math.min(chunk, vocabulary - first)
        const part = (logits: Float32Array) =>
          scope.upload(
            'logits',
            Float32Array.from({ length: tokens * rows }, (_, at) => {
              return logits[Math.floor(at / rows) * vocabulary + first + (at % rows)]
            }),
          )
        divergence(batch, { left: part(left), right: part(right), state }, { tokens, first, rows }, shape)
      }
      await batch.submit()
      const actual = divergencesOf(await gpu.readF32(state))
      const expected = reference(left, right, vocabulary)
      expect(actual.map(({ agrees }) => agrees)).toEqual(expected.map(({ agrees }) => agrees))
      // Logits of up to 20 are given; differences of them are exact to 2e-6, which counts by its product with the difference itself.
      for (const [t, { kl }] of expected.entries())
        expect(Math.abs(actual[t].kl - kl), `token ${t}: ${actual[t].kl} for ${kl}`).toBeLessThan(
          5e-6 * kl + 4e-6 * Math.min(1, Math.sqrt(kl)) + 1e-12,
        )
    })
  })
})

test('equal models: no divergence at all, ties to the lowest id', async () => {
  await withGpu(async (gpu, scope) => {
    const logits = scope.upload('logits', Float32Array.from([1, 3, 3, 0, 2, 2, 2, 2]))
    const state = scope.buffer('state', 64)
    const batch = gpu.batch('divergence')
    divergence(batch, { left: logits, right: logits, state }, { tokens: 2, first: 0, rows: 4 })
    await batch.submit()
    const numbers = await gpu.readF32(state)
    expect(divergencesOf(numbers)).toEqual([
      { kl: 0, agrees: true },
      { kl: 0, agrees: true },
    ])
    expect([numbers[5], numbers[7], numbers[13], numbers[15]]).toEqual([1, 1, 0, 0])
  })
})
