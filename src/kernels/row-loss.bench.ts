// Bytes: both matrices once. Operations: a multiply-add for every place.
import { floats, type KernelBench } from './bench.ts'
import { rowLoss } from './row-loss.ts'

export const bench: KernelBench = {
  name: 'row-loss',
  cases(_gpu, scope, size) {
    const [residual, product] = ['residual', 'product'].map((label) => floats(scope, label, size * size))
    const loss = scope.buffer('loss', 4 * size)
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 8 * size * size,
        flops: 2 * size * size,
        record: (batch) => rowLoss(batch, { residual, product, loss }, { rows: size, columns: size }),
      },
    ]
  },
}
