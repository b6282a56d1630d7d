// A seeded random Llama of odd sizes: untied, grouped-query, nothing a multiple of anything.
import { openCheckpoint, type Checkpoint, type CheckpointFile } from '../formats/checkpoint.ts'
import { safetensorsParts, type TensorToWrite } from '../formats/safetensors-write.ts'
import type { Design } from '../model/design.ts'
import { llama } from '../model/families/llama.ts'
import { gaussians } from './numbers.ts'

export const tinyConfig: Record<string, unknown> = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 77,
  hidden_size: 20,
  intermediate_size: 37,
  num_hidden_layers: 2,
  num_attention_heads: 6,
  num_key_value_heads: 2,
  head_dim: 6,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 500,
  tie_word_embeddings: false,
}

export interface TinyLlama {
  config: Design
  tensors: Map<string, { shape: number[]; data: Float32Array<ArrayBuffer> }>
}

/** Random tensors for a config: weights with standard deviation 1 / √columns, norms around 1. */
export function tinyLlama(json: Record<string, unknown> = tinyConfig, seed = 1): TinyLlama {
  const config = llama.design({ config: json, tensors: new Map() })
  const { vocabulary, hidden, tied, blocks } = config
  const { heads, kvHeads, width: headWidth } = blocks[0].attention
  const intermediate = blocks[0].feedForward.down.facts.columns
  const shapes: [string, number[]][] = [['model.embed_tokens.weight', [vocabulary, hidden]]]
  for (let block = 0; block < blocks.length; block++)
    for (const [name, ...shape] of [
      ['input_layernorm', hidden],
      ['self_attn.q_proj', heads * headWidth, hidden],
      ['self_attn.k_proj', kvHeads * headWidth, hidden],
      ['self_attn.v_proj', kvHeads * headWidth, hidden],
      ['self_attn.o_proj', hidden, heads * headWidth],
      ['post_attention_layernorm', hidden],
      ['mlp.gate_proj', intermediate, hidden],
      ['mlp.up_proj', intermediate, hidden],
      ['mlp.down_proj', hidden, intermediate],
    ] as [string, ...number[]][])
      shapes.push([`model.layers.${block}.${name}.weight`, shape])
  shapes.push(['model.norm.weight', [hidden]])
  if (!tied) shapes.push(['lm_head.weight', [vocabulary, hidden]])
  const tensors = new Map(
    shapes.map(([name, shape], i) => {
      const count = shape.reduce((product, length) => product * length, 1)
      const numbers = gaussians(count, 100 * seed + i)
      const data = Float32Array.from(numbers, (value) =>
        shape.length === 1 ? 1 + 0.3 * value : value / Math.sqrt(shape[1]),
      )
      return [name, { shape, data }]
    }),
  )
  return { config, tensors }
}

/** The files of a tiny Llama. */
export function tinyFiles(
  { tensors }: Pick<TinyLlama, 'tensors'>,
  json: Record<string, unknown> = tinyConfig,
): CheckpointFile[] {
  const list = [...tensors].map(([name, { shape, data }]): TensorToWrite => ({ name, dtype: 'F32', shape, data }))
  return [
    { path: 'config.json', blob: new Blob([JSON.stringify(json)]) },
    { path: 'model.safetensors', blob: new Blob(safetensorsParts(list)) },
  ]
}

export function tinyCheckpoint(tiny: Pick<TinyLlama, 'tensors'>, json?: Record<string, unknown>): Promise<Checkpoint> {
  return openCheckpoint('tiny', tinyFiles(tiny, json))
}
