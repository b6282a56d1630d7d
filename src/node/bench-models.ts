// Checkpoints of one block in the exact shapes of well-known models, with seeded weights that are made when they are
// read: nothing of the size of the model is held.
import { openCheckpoint, type Checkpoint } from '../formats/checkpoint.ts'
import type { ByteSource } from '../formats/range.ts'
import { bfloatsOf } from '../math/half.ts'
import { random } from '../math/random.ts'
import { shapesOf, type Shape } from '../model/design.ts'
import { families } from '../model/families.ts'

const grouped = (heads: number, kvHeads: number, width: number) => ({
  num_attention_heads: heads,
  num_key_value_heads: kvHeads,
  head_dim: width,
})
const sizes = (hidden: number, intermediate: number, vocabulary: number, context: number) => ({
  hidden_size: hidden,
  intermediate_size: intermediate,
  vocab_size: vocabulary,
  max_position_embeddings: context,
})
const stretched = {
  ...{ rope_type: 'llama3', factor: 32, low_freq_factor: 1, high_freq_factor: 4 },
  original_max_position_embeddings: 8192,
}

/** config.json by name, as their authors give it, but for the number of blocks. */
export const benchModels: Readonly<Record<string, Record<string, unknown>>> = {
  'SmolLM2-135M': {
    ...{ model_type: 'llama', ...sizes(576, 1536, 49152, 8192), ...grouped(9, 3, 64) },
    ...{ rms_norm_eps: 1e-5, rope_theta: 100_000, tie_word_embeddings: true },
  },
  'Qwen2.5-0.5B': {
    ...{ model_type: 'qwen2', ...sizes(896, 4864, 151936, 32768), ...grouped(14, 2, 64) },
    ...{ rms_norm_eps: 1e-6, rope_theta: 1_000_000, tie_word_embeddings: true },
  },
  'Llama-3.2-1B': {
    ...{ model_type: 'llama', ...sizes(2048, 8192, 128256, 131072), ...grouped(32, 8, 64) },
    ...{ rms_norm_eps: 1e-5, rope_theta: 500_000, rope_scaling: stretched, tie_word_embeddings: true },
  },
  'Gemma-2-2B': {
    ...{ model_type: 'gemma2', ...sizes(2304, 9216, 256000, 8192), ...grouped(8, 4, 256) },
    ...{ rms_norm_eps: 1e-6, rope_theta: 10_000, hidden_activation: 'gelu_pytorch_tanh', sliding_window: 4096 },
    ...{ query_pre_attn_scalar: 256, attn_logit_softcapping: 50, final_logit_softcapping: 30 },
  },
}

/** Opens one block of a model. */
export function openBenchModel(name: string): Promise<Checkpoint> {
  const config = { ...benchModels[name], num_hidden_layers: 1 }
  return openCheckpoint(name, [
    { path: 'config.json', blob: new Blob([JSON.stringify(config)]) },
    { path: 'model.safetensors', blob: seededTensors(config) },
  ])
}

/** Numbers that are drawn; all tensors are made of them again and again. A prime, so that no two rows are alike. */
const DRAWN = 65521

/** The safetensors file of a model: BF16, weights of deviation 1 / √columns, vectors around 0 (biases, Gemma's gains) or 1. */
function seededTensors(config: Record<string, unknown>): ByteSource {
  const family = families.find(({ modelTypes }) => modelTypes.includes(String(config.model_type)))!
  const shapes = [...shapesOf(family.design({ config, tensors: new Map() }))]
  const entries: Record<string, { dtype: 'BF16'; shape: Shape; data_offsets: [number, number] }> = {}
  let end = 0
  for (const [name, shape] of shapes) {
    const start = end
    end += 2 * shape.reduce((product, length) => product * length, 1)
    entries[name] = { dtype: 'BF16', shape, data_offsets: [start, end] }
  }
  const text = new TextEncoder().encode(JSON.stringify(entries))
  const header = new Uint8Array(8 + text.length)
  new DataView(header.buffer).setBigUint64(0, BigInt(text.length), true)
  header.set(text, 8)
  const source = random(1)
  const drawn = Float32Array.from({ length: DRAWN }, () => source.normal())
  const zeroCentred = config.model_type === 'gemma2'
  const made = new Map<string, Uint8Array>()
  /** Bytes of the drawn numbers for tensors of a kind, twice, so that a stretch of them may begin anywhere. */
  const bytesFor = (name: string, shape: Shape) => {
    const vector = shape.length === 1
    const middle = vector && name.endsWith('.weight') && !zeroCentred ? 1 : 0
    const deviation = vector ? 0.1 : shape[1] ** -0.5
    const key = `${middle} ${deviation}`
    let bytes = made.get(key)
    if (!bytes) {
      const numbers = bfloatsOf(drawn.map((value) => middle + deviation * value))
      bytes = new Uint8Array(4 * DRAWN)
      for (const at of [0, 2 * DRAWN]) bytes.set(new Uint8Array(numbers.buffer), at)
      made.set(key, bytes)
    }
    return bytes
  }
  const read = (start: number, stop: number): ArrayBuffer => {
    const result = new Uint8Array(stop - start)
    if (start < header.length) result.set(header.subarray(start, stop))
    for (const [index, [name, shape]] of shapes.entries()) {
      const [first, last] = entries[name].data_offsets.map((offset) => offset + header.length)
      const pattern = bytesFor(name, shape)
      for (let at = Math.max(start, first); at < Math.min(stop, last);) {
        // Every tensor begins at a place of its own.
        const place = (at - first + 2 * 977 * index) % (2 * DRAWN)
        const count = Math.min(Math.min(stop, last) - at, 2 * DRAWN)
        result.set(pattern.subarray(place, place + count), at - start)
        at += count
      }
    }
    return result.buffer
  }
  return {
    size: header.length + end,
    slice: (start, stop) => ({ arrayBuffer: () => Promise.resolve(read(start, stop)) }),
  }
}
