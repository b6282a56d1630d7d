// Bytes: range, scale and zero of every group. Operations: two divisions and a few comparisons, some thirty.
import { floats, levels, type KernelBench } from './bench.ts'
import { rangeLevels } from './range-levels.ts'

export const bench: KernelBench = {
  name: 'range-levels',
  cases(_gpu, scope, size) {
    const count = (size * size) / 64
    const buffers = { ranges: floats(scope, 'ranges', 2 * count), ...levels(scope, count) }
    const shape = { levels: count, bits: 3, zero: 'inside', scaleType: 'f16' } as const
    return [
      {
        problem: `${size} × ${size / 64} groups`,
        bytes: 16 * count,
        flops: 30 * count,
        record: (batch) => rangeLevels(batch, buffers, shape),
      },
    ]
  },
}
