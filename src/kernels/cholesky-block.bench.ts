// All diagonal blocks of a matrix, one after another as a factorisation does them. Bytes: a block read and written.
// Operations: a third of size³ for the triangle of a block; the price of a block is its chain of steps, not its
// arithmetic.
import { unitMatrix, type KernelBench } from './bench.ts'
import { BLOCK, choleskyBlock } from './cholesky-block.ts'

export const bench: KernelBench = {
  name: 'cholesky-block',
  cases(gpu, scope, size) {
    const matrix = unitMatrix(scope, 'matrix', size)
    const pivots = scope.upload('pivots', new Float32Array(size).fill(1))
    const failed = scope.buffer('failed', 4)
    const blocks = size / BLOCK
    // The lanes that the factorisation uses.
    const lanes = gpu.adapter.software ? 1 : 32
    return [
      {
        problem: `${blocks} blocks of ${BLOCK}`,
        bytes: 8 * blocks * BLOCK ** 2,
        flops: (blocks * BLOCK ** 3) / 3,
        record: (batch) => {
          for (let start = 0; start < size; start += BLOCK)
            choleskyBlock(batch, { matrix, pivots, failed }, { stride: size, start, size: BLOCK }, lanes)
        },
      },
    ]
  },
}
