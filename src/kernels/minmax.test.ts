import { expect, test } from 'vitest'
import { groupsOf } from '../quantize/problem.ts'
import { raggedShapes } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { minmax, reference } from './minmax.ts'

const settings = [2, 3, 4, 8].flatMap((bits) =>
  [false, true].flatMap((symmetric) => (['f16', 'f32'] as const).map((scaleType) => ({ bits, symmetric, scaleType }))),
)

async function compare(weights: Float32Array, rows: number, columns: number, group: number, some = settings) {
  await withGpu(async (gpu, scope) => {
    for (const setting of some) {
      const shape = { rows, columns, ...groupsOf(columns, group), ...setting }
      const scales = scope.buffer('scales', 4 * rows * shape.groups)
      const zeros = scope.buffer('zeros', 4 * rows * shape.groups)
      const batch = gpu.batch('minmax')
      minmax(batch, { weights: scope.upload('weights', weights), scales, zeros }, shape)
      await batch.submit()
      const expected = reference(weights, shape)
      // Exact: every operation is one correctly rounded float32 operation on both sides.
      expect(await gpu.readF32(scales), JSON.stringify(setting)).toEqual(Float32Array.from(expected.scales))
      expect(await gpu.readF32(zeros), JSON.stringify(setting)).toEqual(Float32Array.from(expected.zeros))
    }
  })
}

test.each(raggedShapes)('minmax of %i rows, %i columns in groups of %i', async (rows, columns, width) => {
  await compare(gaussians(rows * columns, rows), rows, columns, width)
})

test('minmax of many rows: every quotient is rounded correctly', async () => {
  const rows = 5000
  const magnitudes = gaussians(rows * 3, 5).map((w, at) => w * 2 ** ((at * 7919) % 60) * 2 ** -30)
  await compare(magnitudes, rows, 3, 0)
})

test('minmax of rows that are all zero, all positive, all negative, of one value', async () => {
  await compare(Float32Array.of(0, 0, 0, 1, 2, 3, -1, -2, -3, 0.1, 0.1, 0.1, -0, 0, -0), 5, 3, 0)
})

test('minmax of weights too small and too large for a float16 scale', async () => {
  await compare(Float32Array.of(1e-9, -2e-9, 3e-7, 1e-6, 4e5, -3e6, 6.1e-4, 0, 1e-30, -2e-30), 5, 2, 0)
})
