// GPT-NeoX (Black et al. 2022; the Pythia models): attention and feed-forward side by side, each with a norm of its own;
// one matrix for q, k and v, which alternate from head to head; the first quarter of a head turns.
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import { rowsOf, whole, type BlockDesign, type Norm } from '../design.ts'
import type { Family } from '../family.ts'
import { linears, readHeads } from '../heads.ts'
import { readRotary } from '../rotary-config.ts'

export const gptNeox: Family = {
  about: {
    title: 'GPT-NeoX',
    models: 'Pythia, GPT-NeoX 20B, Dolly 2',
    handles: 'parallel residual, a quarter of a head turns, q, k and v alternate in one matrix',
  },
  modelTypes: ['gpt_neox'],
  architectures: ['GPTNeoXForCausalLM'],
  design({ config: json }) {
    const config = new ConfigReader(json)
    const hidden = config.count('hidden_size')
    const heads = readHeads(config, { hidden: 'hidden_size', heads: 'num_attention_heads' })
    const inner = config.count('intermediate_size')
    const epsilon = config.positive('layer_norm_eps', 1e-5)
    const activation = config.choice('hidden_act', ACTIVATIONS, 'gelu')
    const rotary = readRotary(config, heads.width, {
      ...{ thetaField: 'rotary_emb_base', partField: 'rotary_pct', part: 0.25 },
    })
    const parallel = config.flag('use_parallel_residual', true)
    const bias = config.flag('attention_bias', true)
    const tied = config.flag('tie_word_embeddings', false)
    const norm = (path: string): Norm => ({
      ...{ kind: 'layer', weight: `gpt_neox.${path}.weight`, bias: `gpt_neox.${path}.bias` },
      ...{ columns: hidden, epsilon },
    })
    const block = (index: number): BlockDesign => {
      const path = `layers.${index}.`
      const linear = linears(`gpt_neox.${path}`, index)
      const { width } = heads
      const qkv = linear('attention.query_key_value', 3 * hidden, hidden, { bias })
      const part = (which: number) => rowsOf(qkv, which * width, width, heads.heads, 3 * width)
      return {
        parallel,
        attention: {
          ...heads,
          ...{ before: norm(`${path}input_layernorm`), rotary },
          ...{ q: part(0), k: part(1), v: part(2), out: linear('attention.dense', hidden, hidden, { bias }) },
        },
        feedForward: {
          ...{ before: norm(`${path}post_attention_layernorm`), activation },
          up: whole(linear('mlp.dense_h_to_4h', inner, hidden, { bias: true })),
          down: linear('mlp.dense_4h_to_h', hidden, inner, { bias: true }),
        },
      }
    }
    const table = 'gpt_neox.embed_in.weight'
    return {
      architecture: 'GPTNeoXForCausalLM',
      vocabulary: config.count('vocab_size'),
      ...{ hidden, context: config.count('max_position_embeddings', 2048), tied },
      embedding: { table, columns: hidden },
      blocks: Array.from({ length: config.listed('num_hidden_layers') }, (_, index) => block(index)),
      final: { norm: norm('final_layer_norm') },
      head: { table: tied ? table : 'embed_out.weight', columns: hidden },
    }
  },
}
