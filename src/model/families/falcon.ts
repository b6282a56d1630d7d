// Falcon (Almazrouei et al. 2023): attention and feed-forward side by side. The 7b style has one norm per block and a
// single key-value head whose rows follow those of all queries; the 40b style has two norms, and the rows of a key-value
// head follow those of its own queries.
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import { rowsOf, whole, type BlockDesign, type Linear, type Norm } from '../design.ts'
import type { Family } from '../family.ts'
import { linears, readHeads, type Heads } from '../heads.ts'
import { readRotary } from '../rotary-config.ts'

/** Query rows of each group of heads, then its key and its value rows. */
function fused(qkv: Linear, { heads, kvHeads, width }: Heads) {
  const queries = (heads / kvHeads) * width
  const stride = queries + 2 * width
  return {
    q: rowsOf(qkv, 0, queries, kvHeads, stride),
    k: rowsOf(qkv, queries, width, kvHeads, stride),
    v: rowsOf(qkv, queries + width, width, kvHeads, stride),
  }
}

export const falcon: Family = {
  about: {
    title: 'Falcon',
    models: 'Falcon 7B, 40B and 180B',
    handles: 'one shared key–value head or groups of them in one matrix; one norm or two side by side',
  },
  modelTypes: ['falcon'],
  architectures: ['FalconForCausalLM'],
  design({ config: json }) {
    const config = new ConfigReader(json)
    config.oneOf('alibi', false)
    const hidden = config.count('hidden_size')
    const fields = { hidden: 'hidden_size', heads: 'num_attention_heads' }
    const grouped = config.flag('new_decoder_architecture', false)
    const single = config.flag('multi_query', true)
    // Without the new architecture num_kv_heads says nothing: there is one key-value head, or as many as heads.
    const all = readHeads(config, grouped ? { ...fields, kvHeads: 'num_kv_heads' } : fields)
    const heads = grouped || !single ? all : { ...all, kvHeads: 1 }
    const inner = config.count('ffn_hidden_size', 4 * hidden)
    const epsilon = config.positive('layer_norm_epsilon', 1e-5)
    const activation = config.choice('activation', ACTIVATIONS, 'gelu')
    const rotary = readRotary(config, heads.width)
    const bias = config.flag('bias', false)
    const parallel = grouped || config.flag('parallel_attn', true)
    const norms = config.count('num_ln_in_parallel_attn', grouped ? 2 : 1, 2)
    config.oneOf('apply_residual_connection_post_layernorm', false)
    const tied = config.flag('tie_word_embeddings', true)
    const norm = (path: string): Norm => ({
      ...{ kind: 'layer', weight: `transformer.${path}.weight`, bias: `transformer.${path}.bias` },
      ...{ columns: hidden, epsilon },
    })
    const block = (index: number): BlockDesign => {
      const path = `h.${index}.`
      const linear = linears(`transformer.${path}`, index)
      const two = grouped && norms === 2
      const rows = (heads.heads + 2 * heads.kvHeads) * heads.width
      const feeding = two ? 'ln_mlp' : parallel ? undefined : 'post_attention_layernorm'
      return {
        parallel,
        attention: {
          ...heads,
          ...{ before: norm(`${path}${two ? 'ln_attn' : 'input_layernorm'}`), rotary },
          ...fused(linear('self_attention.query_key_value', rows, hidden, { bias }), heads),
          out: linear('self_attention.dense', hidden, hidden, { bias }),
        },
        feedForward: {
          ...{ before: feeding ? norm(path + feeding) : undefined, activation },
          up: whole(linear('mlp.dense_h_to_4h', inner, hidden, { bias })),
          down: linear('mlp.dense_4h_to_h', hidden, inner, { bias }),
        },
      }
    }
    const table = 'transformer.word_embeddings.weight'
    return {
      architecture: 'FalconForCausalLM',
      vocabulary: config.count('vocab_size'),
      ...{ hidden, context: config.count('max_position_embeddings', 2048), tied },
      embedding: { table, columns: hidden },
      blocks: Array.from({ length: config.listed('num_hidden_layers') }, (_, index) => block(index)),
      final: { norm: norm('ln_f') },
      head: { table: tied ? table : 'lm_head.weight', columns: hidden },
    }
  },
}
