// Names of a Llama's tensors, and which layers of a block read the same input.
import type { InputGroup } from './facts.ts'
import type { LlamaConfig } from './llama-config.ts'

const EMBEDDING = 'model.embed_tokens.weight'
const HEAD = 'lm_head.weight'

/** Names of the tensors outside the blocks. With tied embeddings a head of its own is ignored, as the library does. */
export function outerTensors({ tied }: Pick<LlamaConfig, 'tied'>) {
  return { embedding: EMBEDDING, norm: 'model.norm.weight', head: tied ? EMBEDDING : HEAD }
}

/** Names of a block's normalisation weights. */
export function blockNorms(block: number) {
  return {
    attention: `model.layers.${block}.input_layernorm.weight`,
    feedForward: `model.layers.${block}.post_attention_layernorm.weight`,
  }
}

/** The layers of a block, grouped by input, in the order they run. */
export function llamaInputs(config: LlamaConfig, block: number): InputGroup[] {
  const { hidden, intermediate, heads, kvHeads, headWidth } = config
  const group = (path: string, columns: number, modules: Record<string, number>): InputGroup => ({
    columns,
    layers: Object.entries(modules).map(([module, rows]) => {
      return { layer: `model.layers.${block}.${path}.${module}`, block, module, rows, columns }
    }),
  })
  const kvRows = kvHeads * headWidth
  return [
    group('self_attn', hidden, { q_proj: heads * headWidth, k_proj: kvRows, v_proj: kvRows }),
    group('self_attn', heads * headWidth, { o_proj: hidden }),
    group('mlp', hidden, { gate_proj: intermediate, up_proj: intermediate }),
    group('mlp', intermediate, { down_proj: hidden }),
  ]
}
