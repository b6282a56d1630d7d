// Bytes: every weight once. Operations: nine for a weight and factor (quotient, rounding, two bounds, scale,
// difference, square, weight, sum); the 36 factors share the read.
import { floats, levels, type KernelBench } from './bench.ts'
import { clipErrors, clipFactors } from './clip-errors.ts'

export const bench: KernelBench = {
  name: 'clip-errors',
  cases(_gpu, scope, size) {
    const factors = clipFactors(0.3)
    const count = factors.length
    const buffers = {
      weights: floats(scope, 'weights', size * size),
      diagonal: floats(scope, 'diagonal', 2 * size),
      ...levels(scope, size),
      factors: scope.upload('factors', factors),
      errors: scope.buffer('errors', 4 * size * count),
    }
    const shape = { rows: size, columns: size, width: size, groups: 1, bits: 3, scaleType: 'f16', count } as const
    return [
      {
        problem: `${size} × ${size}, ${count} factors`,
        bytes: 4 * size * size,
        flops: 9 * size * size * count,
        record: (batch) => clipErrors(batch, buffers, shape),
      },
    ]
  },
}
