import { attention, attentionScratchBytes, attentionShaped } from './attention.ts'
import { floats, type KernelBench } from './bench.ts'

export const bench: KernelBench = {
  name: 'attention',
  cases(gpu, scope, size) {
    const shape = { tokens: size, window: size, heads: 4, kvHeads: 2, width: 64 }
    const q = floats(scope, 'q', size * 4 * 64)
    const [k, v] = ['k', 'v'].map((label) => floats(scope, label, size * 2 * 64))
    const y = scope.buffer('y', q.bytes)
    const scratch = scope.buffer('scores', attentionScratchBytes(gpu, shape))
    return attentionShaped.shapes.map((name) => ({
      shape: name,
      problem: `${size} tokens, 4 heads on 2 of 64`,
      bytes: 4 * size * 64 * 12,
      flops: 4 * 64 * 2 * size * (size + 1),
      record: (batch) => attention(batch, { q, k, v, y, scratch }, shape, name),
    }))
  },
}
