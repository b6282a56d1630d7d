// Bytes: the upper triangle of the factor read, all of M written. Operations: a division for each of the triangle's
// places.
import { floats, naturalOrder, type KernelBench } from './bench.ts'
import { feedback } from './feedback.ts'

export const bench: KernelBench = {
  name: 'feedback',
  cases(_gpu, scope, size) {
    const buffers = {
      factor: floats(scope, 'factor', size * size),
      diagonal: floats(scope, 'diagonal', 2 * size),
      order: naturalOrder(scope, size),
      feedback: scope.buffer('feedback', 4 * size * size),
    }
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 6 * size * size,
        flops: (size * size) / 2,
        record: (batch) => feedback(batch, buffers, { columns: size, stride: size }),
      },
    ]
  },
}
