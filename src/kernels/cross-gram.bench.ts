import { floats, type KernelBench } from './bench.ts'
import { crossGram } from './cross-gram.ts'
import { gramShaped } from './gram.ts'

export const bench: KernelBench = {
  name: 'cross-gram',
  cases(_gpu, scope, size) {
    const x = floats(scope, 'x', 1024 * size)
    const y = floats(scope, 'y', 1024 * size)
    const matrix = scope.buffer('matrix', 4 * size * size)
    return gramShaped.shapes.map((shape) => ({
      shape,
      problem: `1024 tokens of ${size}`,
      bytes: 8 * 1024 * size + 4 * size * size,
      flops: 2 * 1024 * size * size,
      record: (batch) => crossGram(batch, { x, y, matrix }, { tokens: 1024, columns: size, before: 0 }, shape),
    }))
  },
}
