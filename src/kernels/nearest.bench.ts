// Bytes: weights and codes once; the levels of a row are nothing beside them. Operations: quotient, rounding, zero,
// two bounds.
import { floats, levels, type KernelBench } from './bench.ts'
import { nearest } from './nearest.ts'

export const bench: KernelBench = {
  name: 'nearest',
  cases(_gpu, scope, size) {
    const weights = floats(scope, 'weights', size * size)
    const codes = scope.buffer('codes', weights.bytes)
    const buffers = { weights, ...levels(scope, size), codes }
    const shape = { rows: size, columns: size, width: size, groups: 1, bits: 3 }
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 8 * size * size,
        flops: 5 * size * size,
        record: (batch) => nearest(batch, buffers, shape),
      },
    ]
  },
}
