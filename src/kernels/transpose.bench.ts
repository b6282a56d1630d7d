import { floats, type KernelBench } from './bench.ts'
import { transpose } from './transpose.ts'

export const bench: KernelBench = {
  name: 'transpose',
  cases(_gpu, scope, size) {
    const [x, y] = ['x', 'y'].map((label) => floats(scope, label, size * size))
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 8 * size * size,
        flops: 0,
        record: (batch) => transpose(batch, { x, y }, { rows: size, columns: size }),
      },
    ]
  },
}
