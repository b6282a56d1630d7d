// Bytes: codes read, basis written. Operations: a subtraction each.
import { codes, levels, type KernelBench } from './bench.ts'
import { refitBasis } from './refit-basis.ts'

export const bench: KernelBench = {
  name: 'refit-basis',
  cases(_gpu, scope, size) {
    const buffers = {
      codes: codes(scope, 'codes', size * size),
      zeros: levels(scope, size).zeros,
      basis: scope.buffer('basis', 4 * size * size),
    }
    const shape = { rows: size, columns: size, width: size, groups: 1, first: 0, stride: size }
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 8 * size * size,
        flops: size * size,
        record: (batch) => refitBasis(batch, buffers, shape),
      },
    ]
  },
}
