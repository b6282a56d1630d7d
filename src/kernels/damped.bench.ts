// Bytes: H read, the reordered copy written; H is read in reverse, row by row. Sums on the diagonal alone are not
// counted.
import { floats, naturalOrder, type KernelBench } from './bench.ts'
import { damped } from './damped.ts'

export const bench: KernelBench = {
  name: 'damped',
  cases(_gpu, scope, size) {
    const buffers = {
      matrix: floats(scope, 'matrix', size * size),
      diagonal: floats(scope, 'diagonal', 2 * size),
      order: naturalOrder(scope, size),
      damped: scope.buffer('damped', 4 * size * size),
      pivots: scope.buffer('pivots', 4 * size),
    }
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 8 * size * size,
        flops: 0,
        record: (batch) => damped(batch, buffers, { columns: size, stride: size, damping: 0.01 }),
      },
    ]
  },
}
