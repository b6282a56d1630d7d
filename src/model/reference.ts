// A Llama's forward pass in float64, one window at a time, as the formulas read: the oracle of the GPU's.
import { reference as attention } from '../kernels/attention.ts'
import { reference as matmul } from '../kernels/matmul.ts'
import { reference as rmsnorm } from '../kernels/rmsnorm.ts'
import { reference as rope } from '../kernels/rope.ts'
import { reference as swiglu } from '../kernels/swiglu.ts'
import type { LlamaConfig } from './llama-config.ts'

export interface ReferencePass {
  /** Inputs of the layers, [block][group], each [tokens, columns]. */
  inputs: Float64Array[][]
  /** [tokens, vocabulary] */
  logits: Float64Array
}

/** `tensor` gives the numbers of a tensor by its name in the checkpoint. */
export function referenceForward(
  config: LlamaConfig,
  tensor: (name: string) => ArrayLike<number>,
  ids: ArrayLike<number>,
): ReferencePass {
  const { hidden, intermediate, heads, kvHeads, headWidth, epsilon, theta, blocks, vocabulary, tied } = config
  const tokens = ids.length
  const product = (x: ArrayLike<number>, name: string, rows: number, columns: number) =>
    matmul(x, tensor(name), { tokens, rows, columns })
  const plus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i])
  const table = tensor('model.embed_tokens.weight')
  let x = Float64Array.from(
    { length: tokens * hidden },
    (_, at) => table[ids[Math.floor(at / hidden)] * hidden + (at % hidden)],
  )
  const inputs: Float64Array[][] = []
  for (let block = 0; block < blocks; block++) {
    const path = `model.layers.${block}`
    const turned = (name: string, count: number, from: Float64Array) =>
      rope(product(from, name, count * headWidth, hidden), { heads: count, half: headWidth / 2, window: tokens, theta })
    const attending = rmsnorm(x, tensor(`${path}.input_layernorm.weight`), hidden, epsilon)
    const q = turned(`${path}.self_attn.q_proj.weight`, heads, attending)
    const k = turned(`${path}.self_attn.k_proj.weight`, kvHeads, attending)
    const v = product(attending, `${path}.self_attn.v_proj.weight`, kvHeads * headWidth, hidden)
    const mixed = attention(q, k, v, { tokens, window: tokens, heads, kvHeads, width: headWidth })
    x = plus(x, product(mixed, `${path}.self_attn.o_proj.weight`, hidden, heads * headWidth))
    const feeding = rmsnorm(x, tensor(`${path}.post_attention_layernorm.weight`), hidden, epsilon)
    const gate = product(feeding, `${path}.mlp.gate_proj.weight`, intermediate, hidden)
    const gated = swiglu(gate, product(feeding, `${path}.mlp.up_proj.weight`, intermediate, hidden))
    x = plus(x, product(gated, `${path}.mlp.down_proj.weight`, hidden, intermediate))
    inputs.push([attending, mixed, feeding, gated])
  }
  const normed = rmsnorm(x, tensor('model.norm.weight'), hidden, epsilon)
  return { inputs, logits: product(normed, tied ? 'model.embed_tokens.weight' : 'lm_head.weight', vocabulary, hidden) }
}
