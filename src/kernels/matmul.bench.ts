import { floats, type KernelBench } from './bench.ts'
import { matmul, matmulShaped } from './matmul.ts'

export const bench: KernelBench = {
  name: 'matmul',
  cases(_gpu, scope, size) {
    const [x, weights, y] = ['x', 'weights', 'y'].map((label) => floats(scope, label, size * size))
    return matmulShaped.shapes.map((shape) => ({
      shape,
      problem: `${size} × ${size} × ${size}`,
      bytes: 12 * size * size,
      flops: 2 * size ** 3,
      record: (batch) => matmul(batch, { x, weights, y }, { tokens: size, rows: size, columns: size }, shape),
    }))
  },
}
