// One block of a Llama: its weights on the GPU and the record of its forward pass.
//   x ← x + o(attention(rope(q(n)), rope(k(n)), v(n))), n = rmsnorm(x);   x ← x + down(silu(gate(n)) · up(n)), n = rmsnorm(x)
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Batch } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { attention, attentionScratchBytes, type AttentionSize } from '../kernels/attention.ts'
import { cachedAttention } from '../kernels/cached-attention.ts'
import { product } from '../kernels/matvec.ts'
import { rmsnorm } from '../kernels/rmsnorm.ts'
import { rope, ropeTable } from '../kernels/rope.ts'
import { swiglu } from '../kernels/swiglu.ts'
import type { Block, Capture, ForwardSize, Substitute } from './family.ts'
import type { LlamaConfig } from './llama-config.ts'
import { blockNorms, llamaInputs } from './llama-tensors.ts'
import { uploadTensor } from './tensors.ts'

/** Intermediate results of one chunk of tokens. */
export interface LlamaWorkspace {
  normed: GpuBuffer
  q: GpuBuffer
  k: GpuBuffer
  v: GpuBuffer
  mixed: GpuBuffer
  gate: GpuBuffer
  up: GpuBuffer
  scratch: GpuBuffer
  cosines: GpuBuffer
  sines: GpuBuffer
}

const attentionSize = ({ heads, kvHeads, headWidth }: LlamaConfig, tokens: number, window: number): AttentionSize => ({
  tokens,
  window,
  heads,
  kvHeads,
  width: headWidth,
})

/** The buffers of a workspace, owned by `scope`. */
export function llamaWorkspace(
  gpu: Gpu,
  scope: Scope,
  config: LlamaConfig,
  { tokens, window }: ForwardSize,
): LlamaWorkspace {
  const { hidden, intermediate, heads, kvHeads, headWidth, theta } = config
  const floats = (label: string, columns: number) => scope.buffer(label, 4 * tokens * columns)
  const { cosines, sines } = ropeTable(window, headWidth, theta)
  return {
    normed: floats('normed', hidden),
    q: floats('q', heads * headWidth),
    k: floats('k', kvHeads * headWidth),
    v: floats('v', kvHeads * headWidth),
    mixed: floats('mixed', heads * headWidth),
    gate: floats('gate', intermediate),
    up: floats('up', intermediate),
    scratch: scope.buffer('scores', attentionScratchBytes(gpu, attentionSize(config, tokens, window))),
    cosines: scope.upload('cosines', cosines),
    sines: scope.upload('sines', sines),
  }
}

export interface LlamaBlockOptions {
  gpu: Gpu
  checkpoint: Checkpoint
  config: LlamaConfig
  size: ForwardSize
  workspace: LlamaWorkspace
}

/** Loads the weights of a block; the caller owns the result, and with it the substitutes. */
export async function loadLlamaBlock(
  options: LlamaBlockOptions,
  block: number,
  substitute?: Substitute,
): Promise<Block> {
  const { gpu, checkpoint, config, size, workspace } = options
  const scope = new Scope(gpu)
  try {
    const weights: Record<string, GpuBuffer> = {}
    for (const layer of llamaInputs(config, block).flatMap((group) => group.layers))
      weights[layer.module] = scope.own(
        substitute?.(layer) ?? (await uploadTensor(gpu, checkpoint, `${layer.layer}.weight`)),
      )
    const norms = blockNorms(block)
    const attentionNorm = scope.own(await uploadTensor(gpu, checkpoint, norms.attention))
    const feedForwardNorm = scope.own(await uploadTensor(gpu, checkpoint, norms.feedForward))
    const { normed, q, k, v, mixed, gate, up, scratch, cosines, sines } = workspace
    const { hidden: columns, intermediate, heads, kvHeads, headWidth, epsilon } = config
    const { window } = size
    const kvColumns = kvHeads * headWidth
    /** Everything but the attention itself, which finds q, k and v in the workspace and leaves `mixed` there. */
    const pass = (
      batch: Batch,
      hidden: GpuBuffer,
      { tokens, first = 0, capture }: { tokens: number; first?: number; capture?: Capture | undefined },
      attend: () => void,
    ) => {
      const layer = (module: string, x: GpuBuffer, y: GpuBuffer, rows: number, width: number, accumulate = false) =>
        product(batch, { x, weights: weights[module], y }, { tokens, rows, columns: width, accumulate })
      const turn = (x: GpuBuffer, count: number) =>
        rope(batch, { cosines, sines, x }, { tokens, heads: count, half: headWidth / 2, window, first })
      rmsnorm(batch, { x: hidden, weight: attentionNorm, y: normed }, { tokens, columns, epsilon })
      capture?.(0, normed)
      layer('q_proj', normed, q, heads * headWidth, columns)
      layer('k_proj', normed, k, kvColumns, columns)
      layer('v_proj', normed, v, kvColumns, columns)
      turn(q, heads)
      turn(k, kvHeads)
      attend()
      capture?.(1, mixed)
      layer('o_proj', mixed, hidden, columns, heads * headWidth, true)
      rmsnorm(batch, { x: hidden, weight: feedForwardNorm, y: normed }, { tokens, columns, epsilon })
      capture?.(2, normed)
      layer('gate_proj', normed, gate, intermediate, columns)
      layer('up_proj', normed, up, intermediate, columns)
      swiglu(batch, { gate, up }, { elements: tokens * intermediate })
      capture?.(3, gate)
      layer('down_proj', gate, hidden, columns, intermediate, true)
    }
    let kept: { keys: GpuBuffer; values: GpuBuffer } | undefined
    const keep = () => ({
      keys: scope.buffer('kept keys', 4 * window * kvColumns),
      values: scope.buffer('kept values', 4 * window * kvColumns),
    })
    return {
      run: (batch, hidden, tokens, capture) =>
        pass(batch, hidden, { tokens, capture }, () =>
          attention(batch, { q, k, v, y: mixed, scratch }, attentionSize(config, tokens, window)),
        ),
      extend(batch, hidden, tokens, first) {
        const { keys, values } = (kept ??= keep())
        pass(batch, hidden, { tokens, first }, () => {
          const [at, bytes] = [4 * first * kvColumns, 4 * tokens * kvColumns]
          batch.copy(k, 0, keys, at, bytes).copy(v, 0, values, at, bytes)
          // The first tokens see only each other, as in a window of their own, for which there are faster shapes.
          const alone = attentionSize(config, tokens, tokens)
          if (first === 0 && tokens > 1 && attentionScratchBytes(gpu, alone) <= scratch.bytes)
            attention(batch, { q, k, v, y: mixed, scratch }, alone)
          else
            cachedAttention(batch, { q, keys, values, y: mixed }, { tokens, first, heads, kvHeads, width: headWidth })
        })
      },
      [Symbol.dispose]: () => scope[Symbol.dispose](),
    }
  } catch (error) {
    scope[Symbol.dispose]()
    throw error
  }
}
