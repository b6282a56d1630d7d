// Llama (Touvron et al. 2023; LlamaForCausalLM of the Hugging Face library), with biases and head widths of its own in
// some models that follow it.
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import type { Family } from '../family.ts'
import { llamaLike } from '../llama-like.ts'

export const llama: Family = {
  about: {
    title: 'Llama',
    models: 'Llama 1 to 3.2 (text), SmolLM, SmolLM2, TinyLlama, Yi',
    handles: 'grouped and tied heads, heads of up to 256 numbers, biases where the config has them',
  },
  modelTypes: ['llama'],
  architectures: ['LlamaForCausalLM'],
  design({ config: json }) {
    const config = new ConfigReader(json)
    const bias = config.flag('attention_bias', false)
    return llamaLike(config, {
      architecture: 'LlamaForCausalLM',
      activation: config.choice('hidden_act', ACTIVATIONS, 'silu'),
      bias: { qkv: bias, out: bias, feedForward: config.flag('mlp_bias', false) },
    })
  },
}
