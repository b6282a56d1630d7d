import { addPositions } from './add-positions.ts'
import { floats, type KernelBench } from './bench.ts'

export const bench: KernelBench = {
  name: 'add-positions',
  cases(_gpu, scope, size) {
    const [table, y] = ['table', 'y'].map((label) => floats(scope, label, size * size))
    return [
      {
        problem: `${size} tokens of ${size}`,
        bytes: 12 * size * size,
        flops: size * size,
        record: (batch) => addPositions(batch, { table, y }, { tokens: size, columns: size, window: size }),
      },
    ]
  },
}
