// config.json of a Llama: what the forward pass computes and what it does not (LlamaConfig of the Hugging Face library).
import type { JsonObject } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import { ConfigReader } from './config.ts'

export interface LlamaConfig {
  vocabulary: number
  hidden: number
  intermediate: number
  blocks: number
  heads: number
  kvHeads: number
  /** Numbers of one head. */
  headWidth: number
  context: number
  epsilon: number
  theta: number
  tied: boolean
}

/** @throws InputError naming field, value and what is supported. */
export function llamaConfig(json: JsonObject): LlamaConfig {
  const config = new ConfigReader(json)
  config.oneOf('hidden_act', 'silu')
  config.oneOf('attention_bias', false)
  config.oneOf('mlp_bias', false)
  config.oneOf('partial_rotary_factor', 1)
  const hidden = config.count('hidden_size')
  const heads = config.count('num_attention_heads')
  const kvHeads = config.count('num_key_value_heads', heads)
  if (heads % kvHeads)
    throw new InputError(`config.json: num_attention_heads ${heads} is no multiple of num_key_value_heads ${kvHeads}`)
  if (!config.has('head_dim') && hidden % heads)
    throw new InputError(`config.json: hidden_size ${hidden} is no multiple of num_attention_heads ${heads}`)
  const headWidth = config.count('head_dim', Math.floor(hidden / heads), 256)
  if (headWidth > 256)
    throw new InputError(`config.json: heads of ${headWidth} numbers (hidden_size / num_attention_heads); at most 256`)
  if (headWidth % 2)
    throw new InputError(`config.json: heads of ${headWidth} numbers; rotary positions need an even number`)
  return {
    vocabulary: config.count('vocab_size'),
    hidden,
    intermediate: config.count('intermediate_size'),
    blocks: config.count('num_hidden_layers'),
    heads,
    kvHeads,
    headWidth,
    context: config.count('max_position_embeddings', 2048),
    epsilon: config.positive('rms_norm_eps', 1e-6),
    theta: ropeTheta(config),
    tied: config.flag('tie_word_embeddings', false),
  }
}

/** Version 4 of the library writes rope_theta and rope_scaling, version 5 rope_parameters. */
function ropeTheta(config: ConfigReader): number {
  const parameters = config.object('rope_parameters')
  for (const [field, scaling] of [
    ['rope_parameters', parameters],
    ['rope_scaling', config.object('rope_scaling')],
  ] as const) {
    const type = scaling && (scaling.rope_type ?? scaling.type ?? 'default')
    if (type !== undefined && type !== 'default')
      throw new InputError(
        `config.json: ${field} is of type ${JSON.stringify(type)}; supported: "default", or no ${field}`,
      )
    const part = scaling?.partial_rotary_factor
    if (part !== undefined && part !== 1)
      throw new InputError(`config.json: ${field}.partial_rotary_factor is ${JSON.stringify(part)}; supported: 1`)
  }
  const own = config.positive('rope_theta', 10000)
  return parameters ? new ConfigReader(parameters).positive('rope_theta', own) : own
}
