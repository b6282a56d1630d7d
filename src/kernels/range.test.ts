import { expect, test } from 'vitest'
import { raggedShapes } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { range, reference } from './range.ts'

async function compare(weights: Float32Array, rows: number, columns: number, width: number) {
  await withGpu(async (gpu, scope) => {
    const shape = { rows, columns, width, groups: Math.ceil(columns / width) }
    const buffer = scope.upload('weights', weights)
    for (const kind of ['thread', 'workgroup'] as const) {
      const ranges = scope.buffer('ranges', 8 * rows * shape.groups)
      const batch = gpu.batch('range')
      range(batch, { weights: buffer, ranges }, shape, kind)
      await batch.submit()
      // Exact: nothing but comparisons. A zero may have either sign.
      expect(
        (await gpu.readF32(ranges)).map((reach) => reach + 0),
        kind,
      ).toEqual(Float32Array.from(reference(weights, shape)))
    }
  })
}

test.each([...raggedShapes, [5, 300, 300] as const])(
  'range of %i rows, %i columns in groups of %i',
  async (rows, columns, width) => {
    await compare(gaussians(rows * columns, rows), rows, columns, width)
  },
)

test('range of rows that are all zero, all positive, all negative, of one value', async () => {
  await compare(Float32Array.of(0, 0, 0, 1, 2, 3, -1, -2, -3, 0.1, 0.1, 0.1, 1e-30, -4e30, 7), 5, 3, 3)
})
