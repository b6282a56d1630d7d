// Scales of groups of 64. Bytes: choice and scale read, scale written. Operations: a product each.
import { floats, type KernelBench } from './bench.ts'
import { clip } from './clip.ts'
import { clipFactors } from './clip-errors.ts'

export const bench: KernelBench = {
  name: 'clip',
  cases(_gpu, scope, size) {
    const levels = (size * size) / 64
    const factors = scope.upload('factors', clipFactors(0.3))
    const choices = scope.upload('choices', new Uint32Array(levels).fill(5))
    // Scales shrink with every repetition, down to the smallest a float16 can hold, which costs the same.
    const scales = floats(scope, 'scales', levels)
    return [
      {
        problem: `${size} × ${size / 64} groups`,
        bytes: 12 * levels,
        flops: levels,
        record: (batch) => clip(batch, { factors, choices, scales }, { levels, scaleType: 'f16' }),
      },
    ]
  },
}
