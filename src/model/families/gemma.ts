// Gemma (2024): norms that store 1 less than their weight, embeddings times √hidden, a tied head. Gemma 2 has norms on
// both sides of attention and feed-forward, soft caps, and every other layer slides; Gemma 3 has norms of every head's
// q and k, and its sliding layers have rotary positions of their own.
import type { Activation } from '../../kernels/activation.ts'
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import type { Family } from '../family.ts'
import { llamaLike, type LlamaTraits } from '../llama-like.ts'
import { readRotary } from '../rotary-config.ts'

const traits = (config: ConfigReader, architecture: string): LlamaTraits => {
  const bias = config.flag('attention_bias', false)
  return {
    architecture,
    tied: true,
    context: 8192,
    norm: { plusOne: true },
    bias: { qkv: bias, out: bias },
    embeddingScale: Math.sqrt(config.count('hidden_size')),
    activation: config.choice(config.first('hidden_activation', 'hidden_act'), ACTIVATIONS, 'gelu_pytorch_tanh'),
  }
}

/** Which layers slide; `regular` says it where there are no layer_types. */
function slidingLayers(config: ConfigReader, regular: (block: number) => boolean): (block: number) => boolean {
  const types = config.names('layer_types', config.listed('num_hidden_layers'), ['full_attention', 'sliding_attention'])
  return (block) => (types ? types[block] === 'sliding_attention' : regular(block))
}

/** What Gemma 2 and 3 share. */
function second(config: ConfigReader, slides: (block: number) => boolean): Partial<LlamaTraits> {
  const scale = config.positive('query_pre_attn_scalar', 256) ** -0.5
  const cap = config.maybe('attn_logit_softcapping')
  const sliding = config.size('sliding_window', 4096)
  config.oneOf('use_bidirectional_attention', false)
  return {
    sandwich: true,
    logitCap: config.maybe('final_logit_softcapping'),
    attention: (block) => ({ scale, cap, sliding: slides(block) ? sliding : undefined }),
  }
}

export const gemma: Family = {
  about: {
    title: 'Gemma',
    models: 'Gemma 2B and 7B, CodeGemma',
    handles: 'norms that store 1 less, scaled embedding, heads of 256',
  },
  modelTypes: ['gemma'],
  architectures: ['GemmaForCausalLM'],
  design({ config: json }) {
    const config = new ConfigReader(json)
    // The first released configs say gelu and mean the tanh form.
    const activation: Activation = config.has('hidden_activation')
      ? config.choice('hidden_activation', ACTIVATIONS)
      : config.choice<Activation>('hidden_act', { ...ACTIVATIONS, gelu: 'gelu-tanh' }, 'gelu_pytorch_tanh')
    return llamaLike(config, { ...traits(config, 'GemmaForCausalLM'), activation })
  },
}

export const gemma2: Family = {
  about: {
    title: 'Gemma 2',
    models: 'Gemma 2 2B, 9B and 27B',
    handles: 'norms on both sides, soft caps on scores and logits, every other layer slides',
  },
  modelTypes: ['gemma2'],
  architectures: ['Gemma2ForCausalLM'],
  design({ config: json }) {
    const config = new ConfigReader(json)
    const slides = slidingLayers(config, (block) => block % 2 === 0)
    return llamaLike(config, { ...traits(config, 'Gemma2ForCausalLM'), ...second(config, slides) })
  },
}

export const gemma3: Family = {
  about: {
    title: 'Gemma 3 (text)',
    models: 'Gemma 3 270M and 1B',
    handles: 'norms of q and k, sliding layers with rotary positions of their own',
  },
  modelTypes: ['gemma3_text'],
  architectures: ['Gemma3ForCausalLM'],
  design({ config: json }) {
    const config = new ConfigReader(json)
    const period = config.count(config.first('sliding_window_pattern', '_sliding_window_pattern'), 6)
    const slides = slidingLayers(config, (block) => (block + 1) % period !== 0)
    const local = { theta: 10000, thetaField: 'rope_local_base_freq', layerType: 'sliding_attention', unscaled: true }
    const global = { theta: 1e6, layerType: 'full_attention' }
    return llamaLike(config, {
      ...traits(config, 'Gemma3ForCausalLM'),
      ...second(config, slides),
      context: 131072,
      headNorms: (path, norm) => ({ qNorm: norm(`${path}q_norm.weight`), kNorm: norm(`${path}k_norm.weight`) }),
      rotary: (block, width) => readRotary(config, width, slides(block) ? local : global),
    })
  },
}
