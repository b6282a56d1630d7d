// What one solved block does to a whole matrix. Bytes: both operands read, the result read and written. Operations:
// 32 multiply-adds for each of its places.
import { floats, type KernelBench } from './bench.ts'
import { BLOCK } from './cholesky-block.ts'
import { rankUpdate } from './rank-update.ts'

export const bench: KernelBench = {
  name: 'rank-update',
  cases(_gpu, scope, size) {
    const [left, right, result] = [BLOCK, BLOCK, size].map((rows) => ({
      binding: floats(scope, 'operand', rows * size),
      offset: 0,
      stride: size,
    }))
    const shape = { rows: size, columns: size, depth: BLOCK, sign: 1, upper: false } as const
    return [
      {
        problem: `${size} × ${size} × ${BLOCK}`,
        bytes: 4 * size * (2 * BLOCK + 2 * size),
        flops: 2 * size * size * BLOCK,
        record: (batch) => rankUpdate(batch, { left, right, result }, shape),
      },
    ]
  },
}
