// Blocks of 64 columns at four factors. Bytes: E and G once. Operations: a multiply-add for each pair.
import { floats, type KernelBench } from './bench.ts'
import { clipLoss } from './clip-loss.ts'

export const bench: KernelBench = {
  name: 'clip-loss',
  cases(_gpu, scope, size) {
    const [span, count] = [64, 4]
    const elements = count * size * span
    const buffers = {
      residual: floats(scope, 'residual', elements),
      product: floats(scope, 'product', elements),
      errors: scope.buffer('errors', 4 * size * 36),
    }
    const shape = { rows: size, groups: 1, group: 0, span, first: 0, count, factors: 36, accumulate: false }
    return [
      {
        problem: `${size} × ${span}, ${count} factors`,
        bytes: 8 * elements,
        flops: 2 * elements,
        record: (batch) => clipLoss(batch, buffers, shape),
      },
    ]
  },
}
