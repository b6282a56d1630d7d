import { floats, type KernelBench } from './bench.ts'
import { softCap } from './soft-cap.ts'

export const bench: KernelBench = {
  name: 'soft-cap',
  cases(_gpu, scope, size) {
    const x = floats(scope, 'x', size * size)
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 8 * size * size,
        flops: 7 * size * size,
        record: (batch) => softCap(batch, x, { elements: size * size, cap: 30 }),
      },
    ]
  },
}
