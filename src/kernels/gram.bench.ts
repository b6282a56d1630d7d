import { floats, type KernelBench } from './bench.ts'
import { gram, gramShaped } from './gram.ts'

export const bench: KernelBench = {
  name: 'gram',
  cases(_gpu, scope, size) {
    const x = floats(scope, 'x', 1024 * size)
    const matrix = scope.buffer('matrix', 4 * size * size)
    return gramShaped.shapes.map((shape) => ({
      shape,
      problem: `1024 tokens of ${size}`,
      bytes: 4 * 1024 * size + 2 * size * size,
      flops: 1024 * size * (size + 1),
      record: (batch) => gram(batch, { x, matrix }, { tokens: 1024, columns: size, before: 0 }, shape),
    }))
  },
}
