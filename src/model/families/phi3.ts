// Phi-3 (Abdin et al. 2024): a Llama with one matrix for q, k and v and one for gate and up, a sliding window, and in its
// long versions frequencies divided one by one (longrope).
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import type { Family } from '../family.ts'
import { llamaLike } from '../llama-like.ts'

export const phi3: Family = {
  about: {
    title: 'Phi-3',
    models: 'Phi-3, Phi-3.5 mini, Phi-4',
    handles: 'one matrix for q, k and v, one for gate and up, sliding window',
  },
  modelTypes: ['phi3'],
  architectures: ['Phi3ForCausalLM'],
  design({ config: json }) {
    const config = new ConfigReader(json)
    config.oneOf('attention_bias', false)
    const sliding = config.size('sliding_window')
    return llamaLike(config, {
      architecture: 'Phi3ForCausalLM',
      context: 4096,
      fused: true,
      norm: { epsilon: 1e-5 },
      activation: config.choice('hidden_act', ACTIVATIONS, 'silu'),
      attention: () => ({ sliding }),
    })
  },
}
