import { floats, type KernelBench } from './bench.ts'
import { divergence, DIVERGENCE_BYTES } from './divergence.ts'
import { rows } from './rows.ts'

export const bench: KernelBench = {
  name: 'divergence',
  cases(_gpu, scope, size) {
    const [left, right] = ['left', 'right'].map((label) => floats(scope, label, size * size))
    const state = scope.buffer('state', DIVERGENCE_BYTES * size)
    return rows.shapes.map((shape) => ({
      shape,
      problem: `${size} tokens of ${size}`,
      bytes: 8 * size * size,
      flops: 24 * size * size,
      record: (batch) => divergence(batch, { left, right, state }, { tokens: size, first: 0, rows: size }, shape),
    }))
  },
}
