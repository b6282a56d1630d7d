// Four factors of a whole layer. Bytes: every weight once, every error written. Operations: eight for each.
import { floats, levels, type KernelBench } from './bench.ts'
import { clipFactors } from './clip-errors.ts'
import { clipResidual } from './clip-residual.ts'

export const bench: KernelBench = {
  name: 'clip-residual',
  cases(_gpu, scope, size) {
    const count = 4
    const buffers = {
      weights: floats(scope, 'weights', size * size),
      ...levels(scope, size),
      factors: scope.upload('factors', clipFactors(0.3)),
      residual: scope.buffer('residual', 4 * count * size * size),
    }
    const layer = { rows: size, columns: size, width: size, groups: 1, bits: 3, scaleType: 'f16' } as const
    const block = { ...layer, start: 0, end: size, first: 0, count, span: size }
    return [
      {
        problem: `${size} × ${size}, ${count} factors`,
        bytes: 4 * size * size * (1 + count),
        flops: 8 * count * size * size,
        record: (batch) => clipResidual(batch, buffers, block),
      },
    ]
  },
}
