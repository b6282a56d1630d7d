// Bytes: three matrices once. Operations: a multiply-add for every product.
import { floats, type KernelBench } from './bench.ts'
import { matmul, matmulShaped } from './matmul.ts'

export const bench: KernelBench = {
  name: 'matmul',
  cases(_gpu, scope, size) {
    const [x, weights, y] = ['x', 'weights', 'y'].map((label) => floats(scope, label, size * size))
    const product = (name: string, shape: (typeof matmulShaped.shapes)[number], columns: number) => ({
      shape: name,
      problem: `${size} × ${size} × ${columns}`,
      bytes: 4 * size * (size + 2 * columns),
      flops: 2 * size * size * columns,
      record: (batch: Parameters<typeof matmul>[0]) =>
        matmul(batch, { x, weights, y }, { tokens: size, rows: size, columns }, shape),
    })
    return [
      ...matmulShaped.shapes.map((shape) => product(shape, shape, size)),
      // Columns that are no multiple of 16 take another kernel.
      product('register, ragged', 'register', size - 4),
    ]
  },
}
