import { describe, expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { matvec, product, reference } from './matvec.ts'
import type { RowShape } from './rows.ts'

describe.each<RowShape>(['thread', 'workgroup'])('matrix times vector, a row per %s', (shape) => {
  test.each([
    [1, 1],
    [15, 17],
    [17, 257],
    [257, 15],
    [128, 384],
    [17, 16],
    [70, 260],
  ])('%i rows, %i columns', async (rows, columns) => {
    await withGpu(async (gpu, scope) => {
      const [x, weights, before] = [columns, rows * columns, rows].map((count, i) => gaussians(count, i + 1))
      const bindings = { x: scope.upload('x', x), weights: scope.upload('weights', weights) }
      const fresh = scope.buffer('y', 4 * rows)
      const added = scope.upload('y', before)
      const batch = gpu.batch('matvec')
      matvec(batch, { ...bindings, y: fresh }, { rows, columns }, shape)
      matvec(batch, { ...bindings, y: added }, { rows, columns, accumulate: true }, shape)
      const parted = scope.upload('y', new Float32Array(rows).fill(5))
      const last = Math.ceil(rows / 3)
      const part = scope.upload('weights', weights.subarray((rows - last) * columns))
      matvec(batch, { x: bindings.x, weights: part, y: parted }, { rows: last, columns, first: rows - last }, shape)
      await batch.submit()
      const some = reference(x, weights, rows).fill(5, 0, rows - last)
      expect(normalisedError(await gpu.readF32(parted), some)).toBeLessThan(1e-12)
      // Sums of up to 384 float32 products.
      expect(normalisedError(await gpu.readF32(fresh), reference(x, weights, rows))).toBeLessThan(1e-12)
      expect(normalisedError(await gpu.readF32(added), reference(x, weights, rows, before))).toBeLessThan(1e-12)
    })
  })
})

test.each([1, 2])('the product of %i tokens', async (tokens) => {
  await withGpu(async (gpu, scope) => {
    const [x, weights] = [tokens * 17, 15 * 17].map((count, i) => gaussians(count, i + 1))
    const y = scope.buffer('y', 4 * tokens * 15)
    const batch = gpu.batch('product')
    const buffers = { x: scope.upload('x', x), weights: scope.upload('weights', weights), y }
    product(batch, buffers, { tokens, rows: 15, columns: 17 })
    await batch.submit()
    const expected = Array.from({ length: tokens }, (_, t) => [
      ...reference(x.subarray(17 * t, 17 * (t + 1)), weights, 15),
    ])
    // Sums of 17 float32 products.
    expect(normalisedError(await gpu.readF32(y), expected.flat())).toBeLessThan(1e-12)
  })
})
