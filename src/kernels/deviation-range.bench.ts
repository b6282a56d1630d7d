// Bytes: two moments and a range of every group. Operations: a division, a root and some sums, ten.
import { floats, type KernelBench } from './bench.ts'
import { deviationRange } from './deviation-range.ts'

export const bench: KernelBench = {
  name: 'deviation-range',
  cases(_gpu, scope, size) {
    const groups = size / 64
    const means = floats(scope, 'means', size * groups)
    const squares = scope.upload('squares', new Float32Array(size * groups).fill(0.25))
    const ranges = scope.buffer('ranges', 8 * size * groups)
    const shape = { rows: size, columns: size, width: 64, groups, pooledRows: 1, sample: true, factor: 2 }
    return [
      {
        problem: `${size} × ${groups} groups`,
        bytes: 16 * size * groups,
        flops: 10 * size * groups,
        record: (batch) => deviationRange(batch, { means, squares, ranges }, shape),
      },
    ]
  },
}
