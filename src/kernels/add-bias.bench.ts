import { addBias } from './add-bias.ts'
import { floats, type KernelBench } from './bench.ts'

export const bench: KernelBench = {
  name: 'add-bias',
  cases(_gpu, scope, size) {
    const [bias, y] = [floats(scope, 'bias', size), floats(scope, 'y', size * size)]
    return [
      {
        problem: `${size} tokens of ${size}`,
        bytes: 8 * size * size,
        flops: size * size,
        record: (batch) => addBias(batch, { bias, y }, { tokens: size, rows: size }),
      },
    ]
  },
}
