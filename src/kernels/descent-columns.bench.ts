// H in the places of a descent. Bytes: read and written once. Operations: one for every entry.
import { floats, naturalOrder, type KernelBench } from './bench.ts'
import { descentColumns, descentStride } from './descent-columns.ts'

export const bench: KernelBench = {
  name: 'descent-columns',
  cases(_gpu, scope, size) {
    const stride = descentStride(size)
    const buffers = {
      matrix: floats(scope, 'matrix', size * size),
      diagonal: floats(scope, 'diagonal', 2 * size),
      order: naturalOrder(scope, stride),
      scaled: scope.buffer('scaled', 4 * (size + 1) * stride),
    }
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 8 * size * size,
        flops: size * size,
        record: (batch) => descentColumns(batch, buffers, { rows: size, columns: size, stride }),
      },
    ]
  },
}
