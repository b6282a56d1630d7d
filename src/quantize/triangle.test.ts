import { expect, test, vi } from 'vitest'
import { PART_WORDS, RowTiles } from '../gpu/row-tiles.ts'
import { withGpu } from '../test/gpu.ts'
import { Triangle } from './triangle.ts'

test('a triangle larger than one part is read, kept and uploaded in parts', async () => {
  const columns = 2900
  const entry = (i: number, j: number) => Math.min(i, j) * columns + Math.max(i, j)
  await withGpu(async (gpu, scope) => {
    const matrix = scope.own(
      RowTiles.upload(gpu, 'matrix', columns, columns, (part, first) => {
        for (let at = 0; at < part.length; at++) part[at] = entry(first + Math.floor(at / columns), at % columns)
      }),
    )
    const reads = vi.spyOn(gpu, 'readF32')
    const triangle = await Triangle.read(gpu, matrix)
    expect(reads.mock.calls.length).toBe(3)
    for (const [, , words] of reads.mock.calls) expect(words).toBeLessThanOrEqual(PART_WORDS)
    reads.mockRestore()
    const pieces = new Set(triangle.rows.map(({ buffer }) => buffer))
    expect([...pieces].map(({ byteLength }) => byteLength <= 4 * PART_WORDS)).toEqual([true, true])
    expect(triangle.rows.every((row, i) => row.length === columns - i && row[0] === Math.fround(entry(i, i)))).toBe(
      true,
    )
    const again = scope.own(
      RowTiles.upload(gpu, 'again', columns, columns, (part, first) => triangle.symmetric(part, first)),
    )
    const places = [0, 1446, 1447, 2898, 2899]
    for (const i of places) expect(await again.read(gpu, i, 1)).toEqual(await matrix.read(gpu, i, 1))
    // Rows that are wider, and nothing below the diagonal.
    const wide = scope.own(
      RowTiles.upload(gpu, 'wide', columns, columns + 4, (part, first) => triangle.upper(part, first, columns + 4)),
    )
    for (const i of places) {
      const row = await wide.read(gpu, i, 1)
      expect(row.subarray(i, columns)).toEqual(triangle.rows[i])
      expect(row.every((value, j) => (j >= i && j < columns) || value === 0)).toBe(true)
    }
  })
})
