// StableLM (Bellagente et al. 2024): a Llama with layer norms, of whose heads the first quarter turns; with biases of q, k
// and v, or, in the 12b style, norms of every head's q and k with weights of its own and both parts side by side.
import { ACTIVATIONS } from '../activations.ts'
import { ConfigReader } from '../config.ts'
import type { Norm } from '../design.ts'
import type { Family } from '../family.ts'
import { llamaLike } from '../llama-like.ts'
import { readRotary } from '../rotary-config.ts'

export const stablelm: Family = {
  about: {
    title: 'StableLM',
    models: 'StableLM 2 1.6B and 12B, StableLM 3B',
    handles: 'layer norms, a quarter of a head turns, norms of every head and parallel residual of 12B',
  },
  modelTypes: ['stablelm'],
  architectures: ['StableLmForCausalLM'],
  design({ config: json }) {
    const config = new ConfigReader(json)
    const normed = config.flag('qk_layernorm', false)
    const own = (norm: Norm, path: string, heads: number): Norm => ({
      ...norm,
      weight: Array.from({ length: heads }, (_, head) => `${path}.norms.${head}.weight`),
    })
    return llamaLike(config, {
      architecture: 'StableLmForCausalLM',
      context: 4096,
      norm: { kind: 'layer', bias: true, field: 'layer_norm_eps', epsilon: 1e-5 },
      activation: config.choice('hidden_act', ACTIVATIONS, 'silu'),
      bias: { qkv: config.flag('use_qkv_bias', false) },
      parallel: config.flag('use_parallel_residual', false),
      rotary: (_, width) => readRotary(config, width, { part: 0.25 }),
      ...(normed && {
        headNorms: (path, norm, { heads, kvHeads }) => ({
          qNorm: own(norm(''), `${path}q_layernorm`, heads),
          kNorm: own(norm(''), `${path}k_layernorm`, kvHeads),
        }),
      }),
    })
  },
}
