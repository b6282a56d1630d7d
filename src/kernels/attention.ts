// Causal grouped-query attention inside windows, in two shapes: scores, softmax and mix as three barrier-free kernels over a scratch of
// scores, or one workgroup per four queries with the online softmax. Query head h reads key-value head ⌊h · kvHeads / heads⌋.
import mixCode from '../../shaders/attention-mix.wgsl?raw'
import scoresCode from '../../shaders/attention-scores.wgsl?raw'
import softmaxCode from '../../shaders/attention-softmax.wgsl?raw'
import code from '../../shaders/attention.wgsl?raw'
import optionsCode from '../../shaders/shared/attention-options.wgsl?raw'
import type { Batch, BatchOwner, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { optionConstants, optionParams, scoreOf, type AttentionOptions } from './attention-options.ts'
import { shapeOf, type Shaped } from './shape.ts'

const u32 = 'u32'
const places = { start: u32, end: u32, tokens: u32, window: u32, heads: u32, kv_heads: u32, width: u32 } as const
const place = { ...places, sliding: u32 } as const

export const workgroup = defineKernel({
  name: 'attention',
  code: code + optionsCode,
  bindings: { q: 'read', k: 'read', v: 'read', y: 'read_write' },
  params: { ...place, scale: 'f32', cap: 'f32' },
})
export const scores = defineKernel({
  name: 'attention-scores',
  code: scoresCode + optionsCode,
  bindings: { q: 'read', k: 'read', scores: 'read_write' },
  params: { ...place, stride: u32, scale: 'f32' },
})
export const softmax = defineKernel({
  name: 'attention-softmax',
  code: softmaxCode + optionsCode,
  bindings: { scores: 'read_write' },
  params: { start: u32, end: u32, window: u32, heads: u32, sliding: u32, stride: u32, cap: 'f32' },
})
export const mix = defineKernel({
  name: 'attention-mix',
  code: mixCode + optionsCode,
  bindings: { scores: 'read', v: 'read', y: 'read_write' },
  params: { ...place, stride: u32 },
})

export type AttentionShape = 'register' | 'workgroup'

export interface AttentionSize extends AttentionOptions {
  tokens: number
  /** Tokens of a window; positions and attention start again in every window. */
  window: number
  heads: number
  kvHeads: number
  /** Numbers of one head, at most 256. */
  width: number
}

/** What decides how much is done at once. */
type AttentionDevice = Pick<BatchOwner, 'adapter' | 'workPerSubmit'>

/** Scores that are held at once. */
const SCRATCH_BYTES = 32 << 20

export const attentionShaped: Shaped<AttentionShape> = {
  name: 'attention',
  shapes: ['register', 'workgroup'],
  sample(gpu, scope, side) {
    const size = { tokens: side, window: side, heads: 4, kvHeads: 2, width: 32 }
    const numbers = scope.upload('q', new Float32Array(side * 4 * 32).fill(0.5))
    const y = scope.buffer('y', numbers.bytes)
    const scratch = scope.buffer('scores', attentionScratchBytes(gpu, size))
    const buffers = { q: numbers, k: numbers, v: numbers, y, scratch }
    return { work: 4 * 32 * side * side, record: (batch, shape) => attention(batch, buffers, size, shape) }
  },
}

/** Words of one row of scores: whole tiles of keys, and the normaliser. */
const strideOf = (window: number) => 8 * Math.ceil(window / 8) + 4

/** Query tiles of eight that one piece of the register shape covers. */
function tilesPerPiece(gpu: AttentionDevice, { window, heads, width }: AttentionSize): number {
  const memory = Math.min(SCRATCH_BYTES, gpu.adapter.maxBindingBytes) / (32 * heads * strideOf(window))
  return 4 * Math.max(1, Math.floor(Math.min(memory, gpu.workPerSubmit / (8 * heads * width * window)) / 4))
}

/** Size of the scratch the register shape needs. */
export function attentionScratchBytes(gpu: AttentionDevice, size: AttentionSize): number {
  const tiles = Math.ceil(size.window / 8) * Math.ceil(size.tokens / size.window)
  return 32 * size.heads * strideOf(size.window) * Math.min(tiles, tilesPerPiece(gpu, size))
}

/**
 * Records y = softmax(q kᵀ / √width, causal) v, or with the options of `size`: q, y [tokens, heads · width], k, v [tokens, kvHeads · width], scratch of
 * `attentionScratchBytes`. Widths that are no multiple of 4 always take the workgroup shape.
 */
export function attention(
  batch: Batch,
  { scratch, q, k, v, y }: { q: Binding; k: Binding; v: Binding; y: Binding; scratch: Binding },
  size: AttentionSize,
  shape: AttentionShape = shapeOf(batch.gpu, attentionShaped),
): void {
  const { tokens, window, heads, kvHeads, width } = size
  const scale = size.scale ?? width ** -0.5
  const { cap, sliding } = optionParams(size)
  const overrides = optionConstants(size)
  const windows = Math.ceil(tokens / window)
  const wide = shape === 'register' && width % 4 === 0
  const perTile = wide ? 8 : 4
  const tiles = Math.ceil(window / perTile) * windows
  const most = tilesPerPiece(batch.gpu, size) * (wide ? 1 : 2)
  const stride = strideOf(window)
  for (let start = 0; start < tiles; start += most) {
    const end = Math.min(tiles, start + most)
    const here = { start, end, tokens, window, heads, kv_heads: kvHeads, width, sliding }
    const work = ((end - start) * perTile * heads * width * window) / 2
    if (wide) {
      const groups = Math.ceil((end - start) / 4)
      batch.run(scores, {
        bindings: { q, k, scores: scratch },
        params: { ...here, stride, scale },
        workgroups: [Math.ceil(window / 8), groups, heads],
        overrides,
        work,
      })
      batch.run(softmax, {
        bindings: { scores: scratch },
        params: { start, end, window, heads, sliding, stride, cap },
        workgroups: [Math.ceil((end - start) / 2), heads],
        overrides,
        work: (16 * work) / width,
      })
      batch.run(mix, {
        bindings: { scores: scratch, v, y },
        params: { ...here, stride },
        workgroups: [Math.ceil(width / 8), groups, heads],
        overrides,
        work,
      })
    } else {
      batch.run(workgroup, {
        bindings: { q, k, v, y },
        params: { ...here, scale, cap },
        workgroups: [end - start, heads],
        overrides,
        work: 2 * work,
      })
    }
  }
}

/** The same in float64. */
export function reference(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  { tokens, window, heads, kvHeads, width, ...options }: AttentionSize,
): Float64Array {
  const y = new Float64Array(tokens * heads * width)
  for (let t = 0; t < tokens; t++)
    for (let h = 0; h < heads; h++) {
      const kv = Math.floor(h / (heads / kvHeads))
      const shares: number[] = []
      const first = t - (t % window)
      for (let s = first; s <= t; s++) {
        let dot = 0
        for (let d = 0; d < width; d++) dot += q[(t * heads + h) * width + d] * k[(s * kvHeads + kv) * width + d]
        shares.push(Math.exp(scoreOf(dot, { width, head: h, heads, distance: t - s }, options)))
      }
      const sum = shares.reduce((a, b) => a + b)
      for (let d = 0; d < width; d++)
        shares.forEach(
          (share, i) => (y[(t * heads + h) * width + d] += (share / sum) * v[((first + i) * kvHeads + kv) * width + d]),
        )
    }
  return y
}
