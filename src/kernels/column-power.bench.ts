import { floats, type KernelBench } from './bench.ts'
import { columnPower } from './column-power.ts'

export const bench: KernelBench = {
  name: 'column-power',
  cases(_gpu, scope, size) {
    const x = floats(scope, 'x', size * size)
    const power = scope.buffer('power', 4 * size)
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 4 * size * size,
        flops: 2 * size * size,
        record: (batch) => columnPower(batch, { x, power }, { rows: size, columns: size }),
      },
    ]
  },
}
