// The first block of pivots. Bytes: the panel written and read again for half of the steps before, the diagonal.
// Operations: a multiply-add for each earlier step of the block, and about eight for the choice.
import { floats, unitMatrix, type KernelBench } from './bench.ts'
import { BLOCK } from './cholesky-block.ts'
import { minPivot } from './min-pivot.ts'

export const bench: KernelBench = {
  name: 'min-pivot',
  cases(_gpu, scope, size) {
    const buffers = {
      matrix: unitMatrix(scope, 'matrix', size),
      pivots: floats(scope, 'pivots', size),
      remaining: floats(scope, 'remaining', size),
      panel: scope.buffer('panel', 4 * BLOCK * size),
      order: scope.buffer('order', 4 * size),
    }
    return [
      {
        problem: `${BLOCK} pivots of ${size}`,
        bytes: 4 * size * BLOCK * (BLOCK / 2 + 4),
        flops: size * BLOCK * (BLOCK + 8),
        record: (batch) => minPivot(batch, buffers, { columns: size, stride: size, start: 0, size: BLOCK }),
      },
    ]
  },
}
