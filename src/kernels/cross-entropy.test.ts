import { describe, expect, test } from 'vitest'
import { largestDifference } from '../math/compare.ts'
import { random } from '../math/random.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { crossEntropy, lossesOf, reference } from './cross-entropy.ts'
import type { RowShape } from './rows.ts'

describe.each<RowShape>(['thread', 'workgroup'])('cross-entropy, a row per %s', (shape) => {
  test.each([
    [1, 1, 1],
    [15, 17, 17],
    [17, 257, 100],
    [70, 1000, 256],
  ])('%i tokens, vocabulary of %i in chunks of %i', async (tokens, vocabulary, chunk) => {
    await withGpu(async (gpu, scope) => {
      const logits = gaussians(tokens * vocabulary, 1).map((value) => 6 * value)
      const source = random(2)
      const targets = Uint32Array.from({ length: tokens }, () => source.integer(vocabulary))
      const state = scope.buffer('state', 12 * tokens)
      const batch = gpu.batch('cross-entropy')
      for (let first = 0; first < vocabulary; first += chunk) {
        const rows = Math.min(chunk, vocabulary - first)
        const part = Float32Array.from({ length: tokens * rows }, (_, at) => {
          return logits[Math.floor(at / rows) * vocabulary + first + (at % rows)]
        })
        const bindings = { logits: scope.upload('logits', part), targets: scope.upload('targets', targets), state }
        crossEntropy(batch, bindings, { tokens, first, rows }, shape)
      }
      await batch.submit()
      // Logits of up to 25 in float32 are exact to 1e-6, and so is a sum of up to 1000 exponentials, relatively.
      expect(largestDifference(lossesOf(await gpu.readF32(state)), reference(logits, targets))).toBeLessThan(5e-6)
    })
  })
})
