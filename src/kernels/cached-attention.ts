// Causal grouped-query attention of the newest tokens of one sequence over the keys and values kept of all its tokens.
import code from '../../shaders/cached-attention.wgsl?raw'
import optionsCode from '../../shaders/shared/attention-options.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { optionConstants, optionParams, scoreOf, type AttentionOptions } from './attention-options.ts'
import { rows, type RowShape } from './rows.ts'
import { shapeOf } from './shape.ts'

export const kernel = defineKernel({
  name: 'cached-attention',
  code: code + optionsCode,
  bindings: { q: 'read', keys: 'read', values: 'read', y: 'read_write' },
  params: {
    ...{ start: 'u32', tokens: 'u32', first: 'u32', heads: 'u32', kv_heads: 'u32', width: 'u32' },
    ...{ sliding: 'u32', scale: 'f32', cap: 'f32' },
  },
})

export interface CachedAttentionSize extends AttentionOptions {
  /** New tokens. */
  tokens: number
  /** Position of the first of them: so many tokens came before. */
  first: number
  heads: number
  kvHeads: number
  /** Numbers of one head, at most 256. */
  width: number
}

/** Few lanes where a barrier costs every one of them, a wave of them on a graphics chip. */
const LANES: Readonly<Record<RowShape, number>> = { thread: 4, workgroup: 64 }

/**
 * Records y = softmax(q kᵀ / √width, causal) v, or with the options of the size: q, y [tokens, heads · width]; keys, values [capacity, kvHeads · width],
 * of which positions 0 … first + tokens − 1 are read.
 */
export function cachedAttention(
  batch: Batch,
  bindings: { q: Binding; keys: Binding; values: Binding; y: Binding },
  { tokens, first, heads, kvHeads, width, ...options }: CachedAttentionSize,
  shape: RowShape = shapeOf<RowShape>(batch.gpu, rows),
): void {
  const scale = options.scale ?? width ** -0.5
  const perToken = 2 * heads * width * Math.min(options.sliding ?? Infinity, first + tokens)
  const piece = Math.max(1, Math.min(65535, Math.floor(batch.gpu.workPerSubmit / perToken)))
  for (let start = 0; start < tokens; start += piece) {
    const end = Math.min(tokens, start + piece)
    batch.run(kernel, {
      bindings,
      params: { start, tokens: end, first, heads, kv_heads: kvHeads, width, scale, ...optionParams(options) },
      workgroups: [end - start, heads],
      overrides: { LANES: LANES[shape], ...optionConstants(options) },
      work: (end - start) * perToken,
    })
  }
}

/** The same in float64. */
export function reference(
  q: ArrayLike<number>,
  keys: ArrayLike<number>,
  values: ArrayLike<number>,
  { tokens, first, heads, kvHeads, width, ...options }: CachedAttentionSize,
): Float64Array {
  const y = new Float64Array(tokens * heads * width)
  for (let token = 0; token < tokens; token++)
    for (let head = 0; head < heads; head++) {
      const kv = Math.floor(head / (heads / kvHeads))
      const at = (token * heads + head) * width
      const scores = Array.from({ length: first + token + 1 }, (_, position) => {
        let dot = 0
        for (let d = 0; d < width; d++) dot += q[at + d] * keys[(position * kvHeads + kv) * width + d]
        return Math.exp(scoreOf(dot, { width, head, heads, distance: first + token - position }, options))
      })
      const sum = scores.reduce((total, score) => total + score, 0)
      for (let d = 0; d < width; d++)
        y[at + d] = scores.reduce(
          (mixed, score, position) => mixed + (score / sum) * values[(position * kvHeads + kv) * width + d],
          0,
        )
    }
  return y
}
