// Two numbers of every row, as for the range of a whole layer. Bytes: each read and written. Operations: a comparison.
import { floats, type KernelBench } from './bench.ts'
import { pool } from './pool.ts'

export const bench: KernelBench = {
  name: 'pool',
  cases(_gpu, scope, size) {
    const rows = size * 16
    const values = floats(scope, 'values', 2 * rows)
    return [
      {
        problem: `${rows} × 2`,
        bytes: 16 * rows,
        flops: 2 * rows,
        record: (batch) => pool(batch, { values }, { rows, width: 2, pooling: 'largest' }),
      },
    ]
  },
}
