// The first block of steps of a sweep. Bytes: product and correction read, weights and changes written, for the block's
// columns. Operations: a multiply-add for each earlier step of the block, and about ten for a rounding.
import { floats, levels, naturalOrder, unitMatrix, type KernelBench } from './bench.ts'
import { BLOCK } from './cholesky-block.ts'
import { quantEaseBlock } from './quantease-block.ts'

export const bench: KernelBench = {
  name: 'quantease-block',
  cases(_gpu, scope, size) {
    const buffers = {
      weights: floats(scope, 'weights', size * size),
      product: floats(scope, 'product', size * size),
      order: naturalOrder(scope, size),
      ...levels(scope, size),
      matrix: unitMatrix(scope, 'matrix', size),
      correction: floats(scope, 'correction', size * size),
      changes: scope.buffer('changes', 4 * BLOCK * size),
    }
    const shape = { rows: size, columns: size, width: size, groups: 1, bits: 3, start: 0, size: BLOCK, relaxed: false }
    return [
      {
        problem: `${size} rows, ${BLOCK} steps of ${size}`,
        bytes: 4 * size * BLOCK * 4,
        flops: size * BLOCK * (BLOCK + 10),
        record: (batch) => quantEaseBlock(batch, buffers, shape),
      },
    ]
  },
}
