import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { RowTiles, tileAt, tileRows, tilesOf } from './row-tiles.ts'

const adapter = { maxBufferBytes: 2 ** 28, maxBindingBytes: 2 ** 27 }

test('a matrix that fits is one tile; another is cut at multiples of 64 rows', () => {
  expect(tileRows(adapter, 'H', 5792, 5792)).toBe(5792)
  expect(tileRows(adapter, 'H', 5793, 5793)).toBe(5760)
  expect(tileRows(adapter, 'H', 14336, 14336)).toBe(2304)
  expect(tileRows(adapter, 'H', 5793, 5792, 1)).toBe(5760)
  expect(() => tileRows(adapter, 'H', 65, 2 ** 20)).toThrow(
    'H: 64 rows of 1048576 words need 268435456 bytes in one buffer, this adapter allows 134217728',
  )
})

test('rows go to their tiles and come back', async () => {
  const [rows, stride] = [150, 9]
  const values = gaussians(rows * stride, 1)
  await withGpu(async (gpu, scope) => {
    const matrix = scope.own(RowTiles.upload(gpu, 'matrix', rows, stride, values))
    expect(matrix.tiles.map(({ first, rows }) => [first, rows])).toEqual([
      [0, 64],
      [64, 64],
      [128, 22],
    ])
    expect([matrix.whole, matrix.bytes, matrix.at(127).first]).toEqual([false, 4 * rows * stride, 64])
    expect(await matrix.read(gpu)).toEqual(values)
    expect(await matrix.read(gpu, 60, 70)).toEqual(values.subarray(60 * stride, 130 * stride))
    const filled = scope.own(
      RowTiles.upload(gpu, 'filled', rows, stride, (part, first) =>
        part.set(values.subarray(first * stride).subarray(0, part.length)),
      ),
    )
    expect(await filled.read(gpu)).toEqual(values)
    const band = scope.own(matrix.band(gpu, 50, 30))
    expect(await gpu.readF32(band)).toEqual(values.subarray(50 * stride, 80 * stride))
    // Rows that are wider, behind which nothing is written.
    const wide = scope.own(RowTiles.create(gpu, 'wide', rows, 12))
    const batch = gpu.batch('copy')
    wide.copyFrom(batch, matrix)
    await batch.submit()
    const found = await wide.read(gpu)
    expect(found.filter((_, at) => at % 12 < stride)).toEqual(values)
    expect(tileAt(matrix, 64, 64).first).toBe(64)
    expect(() => tileAt(matrix, 60, 8)).toThrow('matrix: rows 60 to 68 lie in several tiles')
    expect(tilesOf(matrix, 70).map(({ rows }) => rows)).toEqual([64, 6])
    expect(() => gpu.buffer('large', 3201)).toThrow('large needs 3204 bytes in one buffer, this adapter allows 3200')
  }, 3200)
})

test('buffers one below the other are a matrix, and rows are put where they belong', async () => {
  const stride = 9
  const values = gaussians(150 * stride, 2)
  await withGpu(async (gpu, scope) => {
    const parts = [70, 50, 30].map((rows, i) => {
      const first = [0, 70, 120][i]
      return { rows, buffer: gpu.upload('part', values.subarray(first * stride, (first + rows) * stride)) }
    })
    const matrix = scope.own(RowTiles.joined('parts', stride, parts))
    expect([matrix.rows, matrix.at(69).first, matrix.at(70).first, matrix.at(149).first]).toEqual([150, 0, 70, 120])
    expect(await matrix.read(gpu)).toEqual(values)
    const other = gaussians(65 * stride, 3)
    const batch = gpu.batch('put')
    matrix.put(batch, scope.upload('other', other), 60, 65)
    batch.flush()
    const expected = values.slice()
    expected.set(other, 60 * stride)
    expect(await matrix.read(gpu)).toEqual(expected)
  })
})
