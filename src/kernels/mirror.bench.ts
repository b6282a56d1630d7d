import { floats, type KernelBench } from './bench.ts'
import { mirror } from './mirror.ts'

export const bench: KernelBench = {
  name: 'mirror',
  cases(_gpu, scope, size) {
    const matrix = floats(scope, 'matrix', size * size)
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 4 * size * size,
        flops: 0,
        record: (batch) => mirror(batch, { matrix }, { columns: size }),
      },
    ]
  },
}
