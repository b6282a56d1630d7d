// Bytes: every weight once. Operations: difference, square and sum.
import { floats, type KernelBench } from './bench.ts'
import { groupMean } from './group-mean.ts'

export const bench: KernelBench = {
  name: 'group-mean',
  cases(_gpu, scope, size) {
    const weights = floats(scope, 'weights', size * size)
    const centers = floats(scope, 'centers', size)
    const means = scope.buffer('means', 4 * size)
    const shape = { rows: size, columns: size, width: size, groups: 1, power: 2 } as const
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 4 * size * size,
        flops: 3 * size * size,
        record: (batch) => groupMean(batch, { weights, centers, means }, shape),
      },
    ]
  },
}
