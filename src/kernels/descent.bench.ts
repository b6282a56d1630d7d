import type { KernelBench } from './bench.ts'
import { descentShaped } from './descent.ts'

export const bench: KernelBench = {
  name: 'descent',
  cases(gpu, scope, size) {
    const steps = 32
    const { record } = descentShaped.sample(gpu, scope, size)
    return descentShaped.shapes.map((shape) => ({
      shape,
      problem: `${size} × ${size}, ${steps} moves a row`,
      // Every move reads a row of H; G and codes are read and written once.
      bytes: 4 * size * size * (steps + 4),
      // A multiply-add for G, and about ten operations to find the best of a row.
      flops: 12 * size * size * steps,
      record: (batch) => record(batch, shape),
    }))
  },
}
