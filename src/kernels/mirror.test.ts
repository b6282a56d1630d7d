import { expect, test } from 'vitest'
import { RowTiles } from '../gpu/row-tiles.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { mirror, reference } from './mirror.ts'

test.each([1, 15, 17, 257])('mirror of %i columns', async (columns) => {
  await withGpu(async (gpu, scope) => {
    const values = gaussians(columns * columns, 1)
    const matrix = scope.upload('matrix', values)
    const batch = gpu.batch('mirror')
    mirror(batch, { matrix }, { columns })
    await batch.submit()
    // Copies of numbers: exact.
    expect([...(await gpu.readF32(matrix))]).toEqual([...reference(values, columns)])
  })
})

test('mirror across tiles of rows', async () => {
  const columns = 150
  const values = gaussians(columns * columns, 2)
  await withGpu(async (gpu, scope) => {
    const matrix = scope.own(RowTiles.upload(gpu, 'matrix', columns, columns, values))
    expect(matrix.tiles.length).toBe(3)
    const batch = gpu.batch('mirror')
    mirror(batch, { matrix }, { columns })
    await batch.submit()
    // Copies of numbers: exact.
    expect([...(await matrix.read(gpu))]).toEqual([...reference(values, columns)])
  }, 40_000)
})
