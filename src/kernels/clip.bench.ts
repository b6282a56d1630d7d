// The choice among the factors of every group, here groups of 64. Bytes: every error once. Operations: a comparison
// each.
import { floats, type KernelBench } from './bench.ts'
import { clip } from './clip.ts'
import { FACTORS } from './clip-errors.ts'

export const bench: KernelBench = {
  name: 'clip',
  cases(_gpu, scope, size) {
    const levels = (size * size) / 64
    const errors = floats(scope, 'errors', levels * FACTORS)
    // Scales shrink with every repetition, down to the smallest a float16 can hold, which costs the same.
    const scales = floats(scope, 'scales', levels)
    return [
      {
        problem: `${size} × ${size / 64} groups, ${FACTORS} factors`,
        bytes: 4 * levels * FACTORS,
        flops: levels * FACTORS,
        record: (batch) => clip(batch, { errors, scales }, { levels, scaleType: 'f16' }),
      },
    ]
  },
}
