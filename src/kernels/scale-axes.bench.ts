import { floats, type KernelBench } from './bench.ts'
import { scaleAxes } from './scale-axes.ts'

export const bench: KernelBench = {
  name: 'scale-axes',
  cases(_gpu, scope, size) {
    const [x, y] = ['x', 'y'].map((label) => floats(scope, label, size * size))
    const scales = floats(scope, 'scales', size)
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 8 * size * size,
        flops: 2 * size * size,
        record: (batch) => scaleAxes(batch, { x, left: scales, right: scales, y }, { rows: size, columns: size }),
      },
    ]
  },
}
