// The first of the groups of 64 columns, scales and offsets. Bytes: basis and product read. Operations: four sums, two
// of products.
import { floats, type KernelBench } from './bench.ts'
import { entriesOf, refitNormal } from './refit-normal.ts'

export const bench: KernelBench = {
  name: 'refit-normal',
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
      basis: floats(scope, 'basis', size * rows),
      product: floats(scope, 'product', size * rows),
      sums: floats(scope, 'sums', size * groups),
      normal: scope.buffer('normal', 4 * rows * entriesOf(shape)),
    }
    return [
      {
        problem: `${rows} rows, ${groups} groups of 64`,
        bytes: 8 * size * rows,
        flops: 6 * size * rows,
        record: (batch) => refitNormal(batch, buffers, shape, 0),
      },
    ]
  },
}
