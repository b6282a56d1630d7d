import { floats, type KernelBench } from './bench.ts'
import { rope } from './rope.ts'

export const bench: KernelBench = {
  name: 'rope',
  cases(_gpu, scope, size) {
    const x = floats(scope, 'x', size * size)
    const [cosines, sines] = ['cosines', 'sines'].map((label) => floats(scope, label, size * 32))
    const shape = { tokens: size, heads: size / 64, half: 32, window: size }
    return [
      {
        problem: `${size} tokens, ${size / 64} heads of 64`,
        bytes: 8 * size * size,
        flops: 3 * size * size,
        record: (batch) => rope(batch, { cosines, sines, x }, shape),
      },
    ]
  },
}
