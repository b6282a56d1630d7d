import { expect, test } from 'vitest'
import { RowTiles } from '../gpu/row-tiles.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { minPivot, reference } from './min-pivot.ts'

/** The order of all columns in one block of pivots. */
async function orderOf(matrix: ArrayLike<number>, columns: number, lanes: number): Promise<Uint32Array> {
  return withGpu(async (gpu, scope) => {
    const diagonal = Float32Array.from({ length: columns }, (_, j) => matrix[j * (columns + 1)])
    const buffers = {
      matrix: scope.upload('matrix', Float32Array.from(matrix)),
      pivots: scope.upload('pivots', diagonal),
      remaining: scope.upload('remaining', diagonal),
      panel: scope.buffer('panel', 4 * columns * columns),
      order: scope.buffer('order', 4 * columns),
    }
    const batch = gpu.batch('pivots')
    minPivot(batch, buffers, { columns, stride: columns, start: 0, size: columns }, lanes)
    await batch.submit()
    return gpu.readU32(buffers.order)
  })
}

// Their pivots lie further apart than float32 could confuse.
test.each([1, 2, 15, 17, 48, 257])('the order of %i columns is that of float64', async (columns) => {
  const { hessian } = seededProblem({ rows: 1, columns, tokens: 3 * columns })
  const expected = reference(hessian, columns)
  expect([...expected].sort((a, b) => a - b)).toEqual(Array.from(expected, (_, j) => j))
  for (const lanes of [1, 64]) expect(await orderOf(hessian, columns, lanes)).toEqual(expected)
})

test('equal columns are quantized as they come; what depends on others first of all', async () => {
  const identity = Float64Array.from({ length: 49 }, (_, at) => (at % 8 === 0 ? 2 : 0))
  for (const lanes of [1, 64]) expect([...(await orderOf(identity, 7, lanes))]).toEqual([0, 1, 2, 3, 4, 5, 6])
  // Column 1 is twice column 0: after 0 nothing is left of it, and it eliminates nothing from column 2.
  const dependent = [1, 2, 1, 2, 4, 2, 1, 2, 3]
  for (const lanes of [1, 64]) expect([...(await orderOf(dependent, 3, lanes))]).toEqual([2, 1, 0])
  expect([...reference(dependent, 3)]).toEqual([2, 1, 0])
})

test.each([1, 64])('in tiles, %i lanes: the same, bit for bit', async (lanes) => {
  const [columns, stride, size] = [150, 152, 60]
  const { hessian } = seededProblem({ rows: 1, columns, dead: [3, 70] })
  // Only the upper triangle is there.
  const matrix = Float32Array.from({ length: columns * stride }, (_, at) => {
    const [i, j] = [Math.floor(at / stride), at % stride]
    return j >= i && j < columns ? hessian[i * columns + j] : NaN
  })
  const diagonal = Float32Array.from({ length: columns }, (_, j) => hessian[j * (columns + 1)])
  const found = (limit?: number) =>
    withGpu(async (gpu, scope) => {
      const buffers = {
        matrix: scope.own(RowTiles.upload(gpu, 'matrix', columns, stride, matrix)),
        pivots: scope.upload('pivots', diagonal),
        remaining: scope.upload('remaining', diagonal),
        panel: scope.buffer('panel', 4 * size * stride),
        order: scope.upload('order', new Uint32Array(columns)),
      }
      expect(buffers.matrix.tiles).toHaveLength(limit ? 3 : 1)
      const batch = gpu.batch('pivots')
      minPivot(batch, buffers, { columns, stride, start: 0, size }, lanes)
      await batch.submit()
      // Words behind the columns are never written.
      const panel = (await gpu.readF32(buffers.panel)).filter((_, at) => at % stride < columns)
      return [await gpu.readU32(buffers.order), await gpu.readF32(buffers.remaining), panel]
    }, limit)
  expect(await found(4 * 64 * stride)).toEqual(await found())
})
