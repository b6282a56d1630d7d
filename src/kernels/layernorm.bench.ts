import { floats, type KernelBench } from './bench.ts'
import { layernorm } from './layernorm.ts'
import { rows } from './rows.ts'

export const bench: KernelBench = {
  name: 'layernorm',
  cases(_gpu, scope, size) {
    const [x, y] = ['x', 'y'].map((label) => floats(scope, label, size * size))
    return rows.shapes.map((shape) => ({
      shape,
      problem: `${size} rows of ${size}`,
      bytes: 8 * size * size,
      flops: 7 * size * size,
      record: (batch) =>
        layernorm(batch, { x, weight: x, bias: x, y }, { rows: size, columns: size, epsilon: 1e-5 }, shape),
    }))
  },
}
