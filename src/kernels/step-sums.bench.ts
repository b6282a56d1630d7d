// Sums of a descent of size / 2 steps. Bytes: every pair once; a 64th of them is written. Operations: two sums.
import { floats, type KernelBench } from './bench.ts'
import { partsOf, stepSums } from './step-sums.ts'

export const bench: KernelBench = {
  name: 'step-sums',
  cases(_gpu, scope, size) {
    const steps = size / 2
    const gains = floats(scope, 'gains', 2 * steps * size)
    const sums = scope.buffer('sums', 8 * steps * partsOf(size))
    return [
      {
        problem: `${steps} steps of ${size} rows`,
        bytes: 8 * steps * size + 8 * steps * partsOf(size),
        flops: 2 * steps * size,
        record: (batch) => stepSums(batch, { gains, sums }, { steps, rows: size, before: 0 }),
      },
    ]
  },
}
