// OPT (Zhang et al. 2022): learned positions from row 2 on, biases everywhere, relu. The model of 350m normalises the
// sums instead of the inputs, has no last norm, and its embedding and head are narrower than its hidden states.
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import { whole, type BlockDesign, type Norm } from '../design.ts'
import type { Family } from '../family.ts'
import { linears, prefixOf, readHeads } from '../heads.ts'

/** Row of position 0; the rows before stood for padding. */
const OFFSET = 2

export const opt: Family = {
  about: {
    title: 'OPT',
    models: 'OPT 125M to 66B',
    handles: 'learned positions from row 2 on, biases; the narrow embedding and late norms of 350M',
  },
  modelTypes: ['opt'],
  architectures: ['OPTForCausalLM'],
  design({ config: json, tensors }) {
    const config = new ConfigReader(json)
    config.oneOf('layer_norm_elementwise_affine', true)
    const prefix = `${prefixOf(tensors, 'model.', 'decoder.embed_tokens.weight')}decoder.`
    const hidden = config.count('hidden_size')
    const heads = readHeads(config, { hidden: 'hidden_size', heads: 'num_attention_heads' })
    const inner = config.count('ffn_dim')
    const context = config.count('max_position_embeddings', 2048)
    const columns = config.count('word_embed_proj_dim', hidden)
    const bias = config.flag('enable_bias', true)
    const activation = config.choice('activation_function', ACTIVATIONS, 'relu')
    const first = config.flag('do_layer_norm_before', true)
    const last = first && !config.flag('_remove_final_layer_norm', false)
    const tied = config.flag('tie_word_embeddings', true)
    const norm = (path: string): Norm => ({
      ...{ kind: 'layer', weight: `${prefix}${path}.weight`, bias: `${prefix}${path}.bias` },
      ...{ columns: hidden, epsilon: 1e-5 },
    })
    const around = (path: string) => (first ? { before: norm(path) } : { sum: norm(path) })
    const block = (index: number): BlockDesign => {
      const path = `layers.${index}.`
      const linear = linears(prefix + path, index)
      const square = (name: string) => linear(`self_attn.${name}_proj`, hidden, hidden, { bias })
      return {
        attention: {
          ...heads,
          ...around(`${path}self_attn_layer_norm`),
          ...{ q: whole(square('q')), k: whole(square('k')), v: whole(square('v')), out: square('out') },
        },
        feedForward: {
          ...around(`${path}final_layer_norm`),
          activation,
          up: whole(linear('fc1', inner, hidden, { bias })),
          down: linear('fc2', hidden, inner, { bias }),
        },
      }
    }
    const projection = (name: string) => (columns === hidden ? undefined : `${prefix}${name}.weight`)
    const table = `${prefix}embed_tokens.weight`
    return {
      architecture: 'OPTForCausalLM',
      vocabulary: config.count('vocab_size'),
      ...{ hidden, context, tied },
      embedding: {
        ...{ table, columns, projection: projection('project_in') },
        positions: { table: `${prefix}embed_positions.weight`, rows: context + OFFSET, offset: OFFSET },
      },
      blocks: Array.from({ length: config.listed('num_hidden_layers') }, (_, index) => block(index)),
      final: { norm: last ? norm('final_layer_norm') : undefined, projection: projection('project_out') },
      head: { table: tied ? table : 'lm_head.weight', columns },
    }
  },
}
