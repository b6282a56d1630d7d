// Bytes: H read, its sums over groups of 64 columns written. Operations: an addition for every entry.
import { floats, type KernelBench } from './bench.ts'
import { refitGroupSums } from './refit-group-sums.ts'

export const bench: KernelBench = {
  name: 'refit-group-sums',
  cases(_gpu, scope, size) {
    const groups = Math.ceil(size / 64)
    const buffers = {
      hessian: floats(scope, 'hessian', size * size),
      sums: scope.buffer('sums', 4 * size * groups),
    }
    return [
      {
        problem: `${size} × ${size}, groups of 64`,
        bytes: 4 * size * (size + groups),
        flops: size * size,
        record: (batch) => refitGroupSums(batch, buffers, { columns: size, width: 64, groups }),
      },
    ]
  },
}
