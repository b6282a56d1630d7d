// Bytes: weights and codes read, residuals written. Operations: code − zero, and a multiply-add.
import { codes, floats, levels, type KernelBench } from './bench.ts'
import { residual } from './residual.ts'

export const bench: KernelBench = {
  name: 'residual',
  cases(_gpu, scope, size) {
    const buffers = {
      weights: floats(scope, 'weights', size * size),
      codes: codes(scope, 'codes', size * size),
      ...levels(scope, size),
      residual: scope.buffer('residual', 4 * size * size),
    }
    const shape = { rows: size, columns: size, width: size, groups: 1 }
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 12 * size * size,
        flops: 3 * size * size,
        record: (batch) => residual(batch, buffers, shape),
      },
    ]
  },
}
