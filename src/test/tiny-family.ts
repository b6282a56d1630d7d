// Seeded random models of every family, of odd sizes: each config.json switches on what its family can do.
import { openCheckpoint, type Checkpoint } from '../formats/checkpoint.ts'
import { shapesOf, type Design } from '../model/design.ts'
import { families } from '../model/families.ts'
import { tinyFiles, type TinyLlama } from './tiny-llama.ts'
import { gaussians } from './numbers.ts'

type Json = Record<string, unknown>

const llama = {
  ...{ vocab_size: 77, hidden_size: 20, intermediate_size: 37, num_hidden_layers: 2, max_position_embeddings: 64 },
  ...{ num_attention_heads: 6, num_key_value_heads: 2, head_dim: 6, rope_theta: 500 },
}
const square = {
  ...{ vocab_size: 77, hidden_size: 24, intermediate_size: 37, num_hidden_layers: 2, max_position_embeddings: 64 },
  ...{ num_attention_heads: 3, hidden_act: 'gelu' },
}
const yarn = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 8, beta_fast: 2, beta_slow: 0.5 }
const longrope = { type: 'longrope', short_factor: [1, 2, 3], long_factor: [1, 4, 9] }
const gpt2 = { model_type: 'gpt2', vocab_size: 77, n_embd: 20, n_layer: 2, n_head: 5, n_positions: 40 }
const opt = { ...square, model_type: 'opt', hidden_act: undefined, intermediate_size: undefined, ffn_dim: 37 }

/** Configs by what is special about them. */
export const tinyConfigs: Readonly<Record<string, Json>> = {
  'llama with biases': { ...llama, model_type: 'llama', attention_bias: true, mlp_bias: true },
  'llama with yarn': { ...llama, model_type: 'llama', rope_scaling: yarn },
  'llama with a dynamic base': {
    ...{ ...llama, model_type: 'llama', max_position_embeddings: 16 },
    rope_parameters: { rope_type: 'dynamic', factor: 2, rope_theta: 300 },
  },
  mistral: { ...llama, model_type: 'mistral', sliding_window: 7 },
  qwen2: { ...llama, model_type: 'qwen2', use_sliding_window: true, sliding_window: 5, max_window_layers: 1 },
  qwen3: { ...llama, model_type: 'qwen3', tie_word_embeddings: true },
  gemma: { ...llama, model_type: 'gemma', hidden_act: 'gelu' },
  gemma2: {
    ...{ ...llama, model_type: 'gemma2', sliding_window: 6, query_pre_attn_scalar: 10 },
    ...{ attn_logit_softcapping: 2, final_logit_softcapping: 3 },
  },
  gemma3: {
    ...{ ...llama, model_type: 'gemma3_text', sliding_window: 6, sliding_window_pattern: 2 },
    ...{ query_pre_attn_scalar: 8, rope_local_base_freq: 100, rope_scaling: { rope_type: 'linear', factor: 3 } },
  },
  gpt2,
  'gpt2 scaled by index, untied': {
    ...{ ...gpt2, n_inner: 33, activation_function: 'relu' },
    ...{ tie_word_embeddings: false, scale_attn_by_inverse_layer_idx: true },
  },
  opt: { ...opt, do_layer_norm_before: true },
  'opt with sums normalised and narrow embeddings': { ...opt, do_layer_norm_before: false, word_embed_proj_dim: 9 },
  'gpt-neox': { ...square, model_type: 'gpt_neox', rotary_pct: 0.5, rotary_emb_base: 100 },
  'gpt-neox, one after the other': {
    ...{ ...square, model_type: 'gpt_neox', rotary_pct: 1, use_parallel_residual: false },
  },
  phi: { ...square, model_type: 'phi', num_key_value_heads: 1 },
  phi3: { ...llama, model_type: 'phi3', head_dim: undefined, hidden_size: 36, sliding_window: 9 },
  'phi3 with longrope': {
    ...{ ...llama, model_type: 'phi3', head_dim: undefined, hidden_size: 36 },
    ...{ rope_scaling: longrope, original_max_position_embeddings: 8 },
  },
  bloom: { model_type: 'bloom', vocab_size: 77, hidden_size: 24, n_head: 3, n_layer: 2 },
  'bloom with residuals after norms': {
    ...{ model_type: 'bloom', vocab_size: 77, hidden_size: 20, n_head: 5, n_layer: 2 },
    apply_residual_connection_post_layernorm: true,
  },
  'falcon, 7b style': { ...square, model_type: 'falcon', ffn_hidden_size: 37 },
  'falcon, 40b style': {
    ...{ ...square, model_type: 'falcon', num_attention_heads: 6, num_kv_heads: 2 },
    ...{ new_decoder_architecture: true, bias: true },
  },
  stablelm: { ...square, model_type: 'stablelm', hidden_act: 'silu', use_qkv_bias: true },
  'stablelm, 12b style': {
    ...{ ...square, model_type: 'stablelm', hidden_act: 'silu', num_key_value_heads: 1 },
    ...{ qk_layernorm: true, use_parallel_residual: true, partial_rotary_factor: 0.5 },
  },
}

export interface TinyModel extends Pick<TinyLlama, 'tensors'> {
  design: Design
  checkpoint: Checkpoint
}

/** Random tensors for a config: weights with standard deviation 1 / √columns, gains around 1, biases around 0. */
export async function tinyModelOf(json: Json, seed = 1): Promise<TinyModel> {
  const family = families.find(({ modelTypes }) => modelTypes.includes(json.model_type as string))!
  const design = family.design({ config: json, tensors: new Map() })
  const tensors = new Map(
    [...shapesOf(design)].map(([name, shape], i) => {
      const count = shape.reduce((product, length) => product * length, 1)
      const spread = shape.length > 1 ? 1 / Math.sqrt(shape[1]) : 0.3
      const middle =
        name.endsWith('.weight') && shape.length === 1 && !json.model_type!.toString().startsWith('gemma') ? 1 : 0
      const data = Float32Array.from(gaussians(count, 100 * seed + i), (value) => middle + spread * value)
      return [name, { shape: [...shape], data }]
    }),
  )
  return { design, tensors, checkpoint: await openCheckpoint('tiny', tinyFiles({ tensors }, json)) }
}
