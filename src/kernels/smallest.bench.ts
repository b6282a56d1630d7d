// The choice among the factors of every group, here groups of 64. Bytes: every error once. Operations: a comparison
// each.
import { floats, type KernelBench } from './bench.ts'
import { smallest } from './smallest.ts'

export const bench: KernelBench = {
  name: 'smallest',
  cases(_gpu, scope, size) {
    const levels = (size * size) / 64
    const count = 36
    const errors = floats(scope, 'errors', levels * count)
    const choices = scope.buffer('choices', 4 * levels)
    return [
      {
        problem: `${size} × ${size / 64} groups, ${count} factors`,
        bytes: 4 * levels * count,
        flops: levels * count,
        record: (batch) => smallest(batch, { errors, choices }, { levels, count }),
      },
    ]
  },
}
