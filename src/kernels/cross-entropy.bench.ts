import { floats, type KernelBench } from './bench.ts'
import { crossEntropy } from './cross-entropy.ts'
import { rows } from './rows.ts'

export const bench: KernelBench = {
  name: 'cross-entropy',
  cases(_gpu, scope, size) {
    const logits = floats(scope, 'logits', size * size)
    const targets = scope.upload('targets', new Uint32Array(size))
    const state = scope.buffer('state', 12 * size)
    return rows.shapes.map((shape) => ({
      shape,
      problem: `${size} tokens of ${size}`,
      bytes: 4 * size * size,
      flops: 4 * size * size,
      record: (batch) => crossEntropy(batch, { logits, targets, state }, { tokens: size, first: 0, rows: size }, shape),
    }))
  },
}
