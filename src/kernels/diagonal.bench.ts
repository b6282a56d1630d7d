// Bytes: the diagonal read, and written with its inverse. Operations: the inverse.
import { floats, type KernelBench } from './bench.ts'
import { diagonal } from './diagonal.ts'

export const bench: KernelBench = {
  name: 'diagonal',
  cases(_gpu, scope, size) {
    const matrix = floats(scope, 'matrix', size * size)
    const buffers = { matrix, diagonal: scope.buffer('diagonal', 8 * size) }
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 12 * size,
        flops: size,
        record: (batch) => diagonal(batch, buffers, { columns: size }),
      },
    ]
  },
}
