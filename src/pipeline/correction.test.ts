import { expect, test } from 'vitest'
import { reference as matmul } from '../kernels/matmul.ts'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { correctionNote, correctionShift } from './correction.ts'

test.each([
  [1, 1],
  [17, 15],
  [15, 64],
  [3, 257],
])('the shift of %i rows and %i columns is α W Dᵀ', async (rows, columns) => {
  await withGpu(async (gpu, scope) => {
    const weights = gaussians(rows * columns, 1)
    const drift = gaussians(columns * columns, 2)
    const buffers = { weights: scope.upload('weights', weights), drift: scope.upload('drift', drift) }
    const shift = scope.own(correctionShift(gpu, buffers, { rows, columns, correction: 0.25 }))
    const whole = matmul(weights, drift, { tokens: rows, rows: columns, columns })
    const expected = whole.map((value) => 0.25 * value)
    // Sums of up to 257 products in float32: relative errors of some 1e-7, squared.
    expect(normalisedError(await gpu.readF32(shift), expected)).toBeLessThan(1e-12)
  })
})

test('a note says which steps correct', () => {
  expect(correctionNote('gptq', 0.5)).toBe('no correction of earlier blocks: gptq cannot see their errors')
  expect(correctionNote('gptq+cdquant', 0.5)).toBe(
    'correction 0.5 of earlier blocks by greedy descent, not by gptq; ' +
      'the loss shown is the layer’s own, which the correction does not minimise',
  )
})
