// The first block of pivots, with the matrix in one buffer and in two. Bytes: the panel written and read again for half
// of the steps before, the diagonal.
// Operations: a multiply-add for each earlier step of the block, and about eight for the choice.
import { RowTiles } from '../gpu/row-tiles.ts'
import { floats, unitMatrix, type BenchCase, type KernelBench } from './bench.ts'
import { BLOCK } from './cholesky-block.ts'
import { minPivot } from './min-pivot.ts'

export const bench: KernelBench = {
  name: 'min-pivot',
  cases(_gpu, scope, size) {
    const half = size / 2
    const halves = ['upper tile', 'lower tile'].map((name) => ({
      rows: half,
      buffer: floats(scope, name, half * size),
    }))
    const buffers = {
      matrix: unitMatrix(scope, 'matrix', size),
      pivots: floats(scope, 'pivots', size),
      remaining: floats(scope, 'remaining', size),
      panel: scope.buffer('panel', 4 * BLOCK * size),
      order: scope.buffer('order', 4 * size),
    }
    const tiled = { ...buffers, matrix: RowTiles.joined('matrix', size, halves) }
    const one = (problem: string, given: Parameters<typeof minPivot>[1]): BenchCase => ({
      problem,
      bytes: 4 * size * BLOCK * (BLOCK / 2 + 4),
      flops: size * BLOCK * (BLOCK + 8),
      record: (batch) => minPivot(batch, given, { columns: size, stride: size, start: 0, size: BLOCK }),
    })
    return [
      one(`${BLOCK} pivots of ${size}`, buffers),
      one(`${BLOCK} pivots of ${size}, from two tiles of rows`, tiled),
    ]
  },
}
