// Mistral (Jiang et al. 2023): a Llama whose queries see a sliding window.
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import type { Family } from '../family.ts'
import { llamaLike } from '../llama-like.ts'

export const mistral: Family = {
  about: {
    title: 'Mistral',
    models: 'Mistral 7B, Zephyr',
    handles: 'sliding window',
  },
  modelTypes: ['mistral'],
  architectures: ['MistralForCausalLM'],
  design({ config: json }) {
    const config = new ConfigReader(json)
    // The library's default of 4096 stands for configs without the field; null means none.
    const sliding = 'sliding_window' in json ? config.size('sliding_window') : 4096
    return llamaLike(config, {
      architecture: 'MistralForCausalLM',
      context: 131072,
      activation: config.choice('hidden_act', ACTIVATIONS, 'silu'),
      attention: () => ({ sliding }),
    })
  },
}
