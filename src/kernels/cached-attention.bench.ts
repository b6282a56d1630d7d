import { floats, type KernelBench } from './bench.ts'
import { cachedAttention } from './cached-attention.ts'
import { rows } from './rows.ts'

export const bench: KernelBench = {
  name: 'cached-attention',
  cases(_gpu, scope, size) {
    const heads = Math.max(1, size / 64)
    const [keys, values] = ['keys', 'values'].map((label) => floats(scope, label, size * size))
    const [q, y] = ['q', 'y'].map((label) => floats(scope, label, size))
    const shape = { tokens: 1, first: size - 1, heads, kvHeads: heads, width: size / heads }
    return rows.shapes.map((lanes) => ({
      shape: lanes,
      problem: `1 token after ${size - 1}, ${heads} heads`,
      bytes: 8 * size * size,
      flops: 4 * size * size,
      record: (batch) => cachedAttention(batch, { q, keys, values, y }, shape, lanes),
    }))
  },
}
