// Qwen 2 (Yang et al. 2024) and Qwen 3 (2025): Llamas with biases on q, k and v, or with norms of every head's q and k;
// in either the layers from max_window_layers on may have a sliding window.
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import type { Family } from '../family.ts'
import { llamaLike, type LlamaTraits } from '../llama-like.ts'

/** Whether a block slides, and how far. */
function sliding(config: ConfigReader): (block: number) => { sliding: number | undefined } {
  const width = config.flag('use_sliding_window', false) ? config.size('sliding_window') : undefined
  const types = config.names('layer_types', config.listed('num_hidden_layers'), ['full_attention', 'sliding_attention'])
  const from = config.count('max_window_layers', 28, undefined, 0)
  const slides = (block: number) => (types ? types[block] === 'sliding_attention' : block >= from)
  return (block) => ({ sliding: slides(block) ? width : undefined })
}

const family = (
  modelType: string,
  architecture: string,
  about: Family['about'],
  traits: (config: ConfigReader) => Partial<LlamaTraits>,
): Family => ({
  modelTypes: [modelType],
  architectures: [architecture],
  about,
  design({ config: json }) {
    const config = new ConfigReader(json)
    return llamaLike(config, {
      architecture,
      context: 32768,
      activation: config.choice('hidden_act', ACTIVATIONS, 'silu'),
      attention: sliding(config),
      ...traits(config),
    })
  },
})

export const qwen2 = family(
  'qwen2',
  'Qwen2ForCausalLM',
  {
    title: 'Qwen 2',
    models: 'Qwen 1.5, Qwen 2, Qwen 2.5, DeepSeek-R1-Distill-Qwen',
    handles: 'biases on q, k and v, sliding window from a layer on',
  },
  () => ({ bias: { qkv: true } }),
)

export const qwen3 = family(
  'qwen3',
  'Qwen3ForCausalLM',
  {
    title: 'Qwen 3',
    models: 'Qwen 3 0.6B to 32B',
    handles: 'norms of q and k, heads wider than hidden / heads',
  },
  (config) => {
    const bias = config.flag('attention_bias', false)
    return {
      bias: { qkv: bias, out: bias },
      headNorms: (path, norm) => ({ qNorm: norm(`${path}q_norm.weight`), kNorm: norm(`${path}k_norm.weight`) }),
    }
  },
)
