// Phi (Li et al. 2023; Phi-1, 1.5 and 2): one norm per block, whose result attention and feed-forward read side by side;
// a head with a bias; half of every head turns.
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import { whole, type BlockDesign, type Norm } from '../design.ts'
import type { Family } from '../family.ts'
import { linears, readHeads } from '../heads.ts'
import { readRotary } from '../rotary-config.ts'

export const phi: Family = {
  about: {
    title: 'Phi',
    models: 'Phi-1, Phi-1.5, Phi-2',
    handles: 'one norm for attention and feed-forward side by side, half of a head turns, head with a bias',
  },
  modelTypes: ['phi'],
  architectures: ['PhiForCausalLM'],
  design({ config: json }) {
    const config = new ConfigReader(json)
    config.oneOf('qk_layernorm', false)
    const hidden = config.count('hidden_size')
    const heads = readHeads(config, {
      ...{ hidden: 'hidden_size', heads: 'num_attention_heads', kvHeads: 'num_key_value_heads' },
    })
    const inner = config.count('intermediate_size')
    const epsilon = config.positive('layer_norm_eps', 1e-5)
    const activation = config.choice('hidden_act', ACTIVATIONS, 'gelu_new')
    const rotary = readRotary(config, heads.width, { part: 0.5 })
    const tied = config.flag('tie_word_embeddings', false)
    const norm = (path: string): Norm => ({
      ...{ kind: 'layer', weight: `model.${path}.weight`, bias: `model.${path}.bias` },
      ...{ columns: hidden, epsilon },
    })
    const block = (index: number): BlockDesign => {
      const path = `layers.${index}.`
      const linear = linears(`model.${path}`, index)
      const bias = true
      const kvRows = heads.kvHeads * heads.width
      return {
        parallel: true,
        attention: {
          ...heads,
          ...{ before: norm(`${path}input_layernorm`), rotary },
          q: whole(linear('self_attn.q_proj', hidden, hidden, { bias })),
          k: whole(linear('self_attn.k_proj', kvRows, hidden, { bias })),
          v: whole(linear('self_attn.v_proj', kvRows, hidden, { bias })),
          out: linear('self_attn.dense', hidden, hidden, { bias }),
        },
        feedForward: {
          activation,
          up: whole(linear('mlp.fc1', inner, hidden, { bias })),
          down: linear('mlp.fc2', hidden, inner, { bias }),
        },
      }
    }
    const table = 'model.embed_tokens.weight'
    return {
      architecture: 'PhiForCausalLM',
      vocabulary: config.count('vocab_size'),
      ...{ hidden, context: config.count('max_position_embeddings', 2048), tied },
      embedding: { table, columns: hidden },
      blocks: Array.from({ length: config.listed('num_hidden_layers') }, (_, index) => block(index)),
      final: { norm: norm('final_layernorm') },
      head: { table: tied ? table : 'lm_head.weight', columns: hidden, bias: 'lm_head.bias' },
    }
  },
}
