// Bloom (Scao et al. 2022): a norm right after the embedding, slopes instead of positions (ALiBi), and one matrix for q, k
// and v, which alternate from head to head. Files of the Hub have no 'transformer.' before the names.
import { ConfigReader } from '../config.ts'
import { rowsOf, whole, type BlockDesign, type Norm } from '../design.ts'
import type { Family } from '../family.ts'
import { linears, prefixOf, readHeads } from '../heads.ts'

export const bloom: Family = {
  about: {
    title: 'Bloom',
    models: 'BLOOM, BLOOMZ',
    handles: 'slopes instead of positions (ALiBi), norm after the embedding, q, k and v alternate',
  },
  modelTypes: ['bloom'],
  architectures: ['BloomForCausalLM'],
  design({ config: json, tensors }) {
    const config = new ConfigReader(json)
    const prefix = prefixOf(tensors, 'transformer.', 'word_embeddings.weight')
    const width = config.first('hidden_size', 'n_embed')
    const hidden = config.count(width)
    const heads = readHeads(config, { hidden: width, heads: config.first('n_head', 'num_attention_heads') })
    const epsilon = config.positive('layer_norm_epsilon', 1e-5)
    const residualAfterNorm = config.flag('apply_residual_connection_post_layernorm', false)
    const tied = config.flag('tie_word_embeddings', true)
    const norm = (path: string): Norm => ({
      ...{ kind: 'layer', weight: `${prefix}${path}.weight`, bias: `${prefix}${path}.bias` },
      ...{ columns: hidden, epsilon },
    })
    const block = (index: number): BlockDesign => {
      const path = `h.${index}.`
      const linear = linears(prefix + path, index)
      const bias = true
      const qkv = linear('self_attention.query_key_value', 3 * hidden, hidden, { bias })
      const part = (which: number) => rowsOf(qkv, which * heads.width, heads.width, heads.heads, 3 * heads.width)
      return {
        residualAfterNorm,
        attention: {
          ...heads,
          ...{ before: norm(`${path}input_layernorm`), sloped: true },
          ...{ q: part(0), k: part(1), v: part(2) },
          out: linear('self_attention.dense', hidden, hidden, { bias }),
        },
        feedForward: {
          ...{ before: norm(`${path}post_attention_layernorm`), activation: 'gelu-tanh' },
          up: whole(linear('mlp.dense_h_to_4h', 4 * hidden, hidden, { bias })),
          down: linear('mlp.dense_4h_to_h', hidden, 4 * hidden, { bias }),
        },
      }
    }
    const table = `${prefix}word_embeddings.weight`
    return {
      architecture: 'BloomForCausalLM',
      vocabulary: config.count('vocab_size'),
      // Slopes have no end; the models were trained on sequences of 2048 tokens.
      ...{ hidden, context: config.count('seq_length', 2048), tied },
      embedding: { table, columns: hidden, norm: norm('word_embeddings_layernorm') },
      blocks: Array.from({ length: config.listed(config.first('n_layer', 'num_hidden_layers')) }, (_, index) =>
        block(index),
      ),
      final: { norm: norm('ln_f') },
      head: { table: tied ? table : 'lm_head.weight', columns: hidden },
    }
  },
}
