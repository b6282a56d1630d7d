import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { descentColumns, descentPlaces, descentStride, reference } from './descent-columns.ts'

test.each([
  [1, 1, 1],
  [15, 17, 17],
  [17, 15, 4],
  [257, 48, 32],
  [3, 257, 64],
])('%i rows, %i columns in groups of %i, one column dead', async (rows, columns, width) => {
  await withGpu(async (gpu, scope) => {
    const matrix = gaussians(rows * columns, 3)
    const h = Float32Array.from({ length: columns }, (_, j) => (j === columns >> 1 ? 0 : 0.5 + j))
    const places = descentPlaces(
      Uint32Array.from({ length: columns }, (_, t) => columns - 1 - t),
      width,
    )
    const stride = descentStride(columns, width)
    const pairs = Array.from(h, (value) => [value, value ? 1 / value : 0])
    const scaled = scope.buffer('scaled', 4 * (rows + 1) * stride)
    const given = {
      matrix: scope.upload('matrix', Float32Array.from(matrix)),
      diagonal: scope.upload('diagonal', Float32Array.from(pairs.flat())),
      order: scope.upload('order', places),
      scaled,
    }
    const batch = gpu.batch('descent-columns')
    descentColumns(batch, given, { rows, columns, stride })
    await batch.submit()
    // An inverse and a product, each half a unit in the last place.
    expect(normalisedError(await gpu.readF32(scaled), reference(matrix, h, places, rows))).toBeLessThan(1e-13)
  })
})

test('groups fill whole blocks', () => {
  const natural = (columns: number) => Uint32Array.from({ length: columns }, (_, t) => t)
  const none = 0xffffffff
  expect([...descentPlaces(natural(3))]).toEqual([0, 1, 2, ...new Array<number>(13).fill(none)])
  const places = descentPlaces(natural(37), 17)
  expect(places.length).toBe(96)
  expect([places[16], places[17], places[32], places[48], places[64], places[66], places[67]]).toEqual([
    16,
    none,
    17,
    33,
    34,
    36,
    none,
  ])
})
