import { floats, type KernelBench } from './bench.ts'
import { rmsnorm, rowShaped } from './rmsnorm.ts'

export const bench: KernelBench = {
  name: 'rmsnorm',
  cases(_gpu, scope, size) {
    const [x, y] = ['x', 'y'].map((label) => floats(scope, label, size * size))
    return rowShaped.shapes.map((shape) => ({
      shape,
      problem: `${size} tokens of ${size}`,
      bytes: 8 * size * size,
      flops: 4 * size * size,
      record: (batch) => rmsnorm(batch, { x, weight: x, y }, { tokens: size, columns: size, epsilon: 1e-5 }, shape),
    }))
  },
}
