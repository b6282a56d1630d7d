import { floats, type KernelBench } from './bench.ts'
import { embedding } from './embedding.ts'

export const bench: KernelBench = {
  name: 'embedding',
  cases(_gpu, scope, size) {
    const [table, y] = ['table', 'y'].map((label) => floats(scope, label, size * size))
    const ids = scope.upload(
      'ids',
      Uint32Array.from({ length: size }, (_, i) => (i * 7919) % size),
    )
    return [
      {
        problem: `${size} tokens of ${size}`,
        bytes: 8 * size * size,
        flops: 0,
        record: (batch) => embedding(batch, { ids, table, y }, { tokens: size, first: 0, rows: size, columns: size }),
      },
    ]
  },
}
