// GPT-2 (Radford et al. 2019): learned positions, layer norms, and Conv1D layers, which store their weights as
// [columns, rows]; q, k and v are one of them, one after another. Files of the Hub have no 'transformer.' before the names.
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import { rowsOf, whole, type BlockDesign, type Norm } from '../design.ts'
import type { Family } from '../family.ts'
import { linears, prefixOf, readHeads } from '../heads.ts'

export const gpt2: Family = {
  about: {
    title: 'GPT-2',
    models: 'GPT-2, DistilGPT-2',
    handles: 'weights stored as columns × rows, learned positions, one matrix for q, k and v',
  },
  modelTypes: ['gpt2'],
  architectures: ['GPT2LMHeadModel'],
  design({ config: json, tensors }) {
    const config = new ConfigReader(json)
    config.oneOf('add_cross_attention', false)
    const prefix = prefixOf(tensors, 'transformer.', 'wte.weight')
    const hidden = config.count('n_embd')
    const heads = readHeads(config, { hidden: 'n_embd', heads: 'n_head' })
    const inner = config.count('n_inner', 4 * hidden)
    const context = config.count('n_positions', 1024)
    const epsilon = config.positive('layer_norm_epsilon', 1e-5)
    const activation = config.choice('activation_function', ACTIVATIONS, 'gelu_new')
    const unscaled = !config.flag('scale_attn_weights', true)
    const byIndex = config.flag('scale_attn_by_inverse_layer_idx', false)
    const tied = config.flag('tie_word_embeddings', true)
    const norm = (path: string): Norm => ({
      ...{ kind: 'layer', weight: `${prefix}${path}.weight`, bias: `${prefix}${path}.bias` },
      ...{ columns: hidden, epsilon },
    })
    const block = (index: number): BlockDesign => {
      const modules = { 'attn.c_proj': 'attn.c_proj', 'mlp.c_proj': 'mlp.c_proj' }
      const linear = linears(`${prefix}h.${index}.`, index, modules)
      const stored = { bias: true, transposed: true }
      const qkv = linear('attn.c_attn', 3 * hidden, hidden, stored)
      const scale = unscaled ? 1 : heads.width ** -0.5
      return {
        attention: {
          ...heads,
          before: norm(`h.${index}.ln_1`),
          scale: byIndex ? scale / (index + 1) : scale,
          q: rowsOf(qkv, 0, hidden),
          k: rowsOf(qkv, hidden, hidden),
          v: rowsOf(qkv, 2 * hidden, hidden),
          out: linear('attn.c_proj', hidden, hidden, stored),
        },
        feedForward: {
          before: norm(`h.${index}.ln_2`),
          activation,
          up: whole(linear('mlp.c_fc', inner, hidden, stored)),
          down: linear('mlp.c_proj', hidden, inner, stored),
        },
      }
    }
    const table = `${prefix}wte.weight`
    return {
      architecture: 'GPT2LMHeadModel',
      vocabulary: config.count('vocab_size'),
      ...{ hidden, context, tied },
      embedding: { table, columns: hidden, positions: { table: `${prefix}wpe.weight`, rows: context, offset: 0 } },
      blocks: Array.from({ length: config.listed('n_layer') }, (_, index) => block(index)),
      final: { norm: norm('ln_f') },
      head: { table: tied ? table : 'lm_head.weight', columns: hidden },
    }
  },
}
