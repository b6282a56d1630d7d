// Groups of 64 columns, scales and offsets. Bytes: gradient and basis read. Operations: two sums, one of products.
import { floats, type KernelBench } from './bench.ts'
import { refitGradient } from './refit-gradient.ts'
import { entriesOf } from './refit-normal.ts'

export const bench: KernelBench = {
  name: 'refit-gradient',
  cases(_gpu, scope, size) {
    const rows = Math.min(size, 256)
    const groups = Math.ceil(size / 64)
    const shape = {
      rows,
      columns: size,
      width: 64,
      groups,
      stride: rows,
      offsets: true,
      entryStride: rows,
      rowStride: 1,
    }
    const buffers = {
      gradient: floats(scope, 'gradient', rows * size),
      basis: floats(scope, 'basis', size * rows),
      normal: scope.buffer('normal', 4 * rows * entriesOf(shape)),
    }
    return [
      {
        problem: `${rows} rows, ${groups} groups of 64`,
        bytes: 8 * size * rows,
        flops: 3 * size * rows,
        record: (batch) => refitGradient(batch, buffers, shape, 0),
      },
    ]
  },
}
