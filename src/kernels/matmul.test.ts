import { describe, expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { matmul, reference, type MatmulShape } from './matmul.ts'

describe.each<MatmulShape>(['register', 'tiled'])('matmul, %s', (shape) => {
  test.each([
    [1, 1, 1],
    [1, 1, 4],
    [15, 17, 17],
    [17, 15, 64],
    [65, 257, 36],
    [257, 66, 15],
    [64, 64, 128],
    [13, 11, 16],
    [13, 12, 16],
    [41, 68, 272],
  ])('%i tokens, %i rows, %i columns', async (tokens, rows, columns) => {
    await withGpu(async (gpu, scope) => {
      const size = { tokens, rows, columns }
      const x = gaussians(tokens * columns, 1)
      const weights = gaussians(rows * columns, 2)
      const buffers = { x: scope.upload('x', x), weights: scope.upload('weights', weights) }
      const y = scope.buffer('y', 4 * tokens * rows)
      const batch = gpu.batch('matmul')
      matmul(batch, { ...buffers, y }, size, shape)
      await batch.submit()
      // Sums of up to 257 products in float32: relative errors of some 1e-7, squared.
      expect(normalisedError(await gpu.readF32(y), reference(x, weights, size))).toBeLessThan(1e-12)
      const start = gaussians(tokens * rows, 3)
      gpu.write(y, start)
      matmul(batch, { ...buffers, y }, { ...size, accumulate: true }, shape)
      await batch.submit()
      expect(normalisedError(await gpu.readF32(y), reference(x, weights, size, start))).toBeLessThan(1e-12)
    })
  })

  test.each([
    [17, 77, 20, 64],
    [13, 76, 16, 64],
    [9, 30, 15, 7],
  ])('%i tokens, %i rows, %i columns, the rows in parts of %i', async (tokens, rows, columns, most) => {
    await withGpu(async (gpu, scope) => {
      const x = gaussians(tokens * columns, 1)
      const weights = gaussians(rows * columns, 2)
      const start = gaussians(tokens * rows, 3)
      const [fresh, added] = [scope.buffer('y', 4 * tokens * rows), scope.upload('y', start)]
      const input = scope.upload('x', x)
      const batch = gpu.batch('matmul')
      for (let first = 0; first < rows; first += most) {
        const part = weights.subarray(first * columns, Math.min(rows, first + most) * columns)
        const buffers = { x: input, weights: scope.upload('weights', part) }
        const size = { tokens, rows: part.length / columns, columns, stride: rows, first }
        matmul(batch, { ...buffers, y: fresh }, size, shape)
        matmul(batch, { ...buffers, y: added }, { ...size, accumulate: true }, shape)
      }
      await batch.submit()
      const size = { tokens, rows, columns }
      // As above: sums of a few products in float32.
      expect(normalisedError(await gpu.readF32(fresh), reference(x, weights, size))).toBeLessThan(1e-12)
      expect(normalisedError(await gpu.readF32(added), reference(x, weights, size, start))).toBeLessThan(1e-12)
    })
  })

  test('cut into several submits', async () => {
    await withGpu(async (gpu, scope) => {
      const size = { tokens: 150, rows: 20, columns: 12 }
      const x = gaussians(150 * 12, 1)
      const weights = gaussians(20 * 12, 2)
      const y = scope.buffer('y', 4 * 150 * 20)
      const before = gpu.workPerSubmit
      gpu.workPerSubmit = 1
      const batch = gpu.batch('matmul')
      matmul(batch, { x: scope.upload('x', x), weights: scope.upload('weights', weights), y }, size, shape)
      await batch.submit()
      gpu.workPerSubmit = before
      expect(normalisedError(await gpu.readF32(y), reference(x, weights, size))).toBeLessThan(1e-12)
    })
  })
})
