import { floats, type KernelBench } from './bench.ts'
import { matvec } from './matvec.ts'
import { rows } from './rows.ts'

export const bench: KernelBench = {
  name: 'matvec',
  cases(_gpu, scope, size) {
    const weights = floats(scope, 'weights', size * size)
    const [x, y] = ['x', 'y'].map((label) => floats(scope, label, size))
    return rows.shapes.map((shape) => ({
      shape,
      problem: `${size} × ${size}`,
      bytes: 4 * size * size,
      flops: 2 * size * size,
      record: (batch) => matvec(batch, { x, weights, y }, { rows: size, columns: size }, shape),
    }))
  },
}
