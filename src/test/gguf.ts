// GGUF files written in tests, as llama.cpp's converter writes them: metadata, names, and the rows of q and k in pairs.
import type { Checkpoint } from '../formats/checkpoint.ts'
import { fromHalf, halvesOf, toHalf } from '../math/half.ts'

type Bytes = Uint8Array<ArrayBuffer>
type Value = string | number | boolean | readonly string[] | readonly number[]
export type GgufType = 'F32' | 'F16' | 'Q8_0' | 'Q4_0'

const typeNumbers: Record<GgufType, number> = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 8 }
const text = (value: string) => new TextEncoder().encode(value)
const u32 = (value: number): Bytes => new Uint8Array(Uint32Array.of(value).buffer)
const u64 = (value: number): Bytes => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)
const string = (value: string): Bytes[] => [u64(text(value).length), text(value)]

/** Whole numbers as UINT32, others as FLOAT32, numbers of lists as INT32. */
function written(value: Value): Bytes[] {
  if (typeof value === 'string') return [u32(8), ...string(value)]
  if (typeof value === 'boolean') return [u32(7), Uint8Array.of(Number(value))]
  if (typeof value === 'number')
    return Number.isInteger(value) ? [u32(4), u32(value)] : [u32(6), new Uint8Array(Float32Array.of(value).buffer)]
  const [first] = value
  const items = value.flatMap((item) => (typeof item === 'string' ? string(item) : [u32(item)]))
  return [u32(9), u32(typeof first === 'string' ? 8 : 5), u64(value.length), ...items]
}

/** Numbers in the bytes of a type; the quantized ones by their own rounding, scale = absmax / 127 or / −8. */
export function encoded(type: GgufType, numbers: Float32Array): Bytes {
  if (type === 'F32') return new Uint8Array(numbers.slice().buffer)
  if (type === 'F16') return new Uint8Array(halvesOf(numbers).buffer)
  const out: number[] = []
  for (let at = 0; at < numbers.length; at += 32) {
    const block = numbers.subarray(at, at + 32)
    const far = block.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
    const half = toHalf(type === 'Q8_0' ? Math.abs(far) / 127 : far / -8)
    const d = fromHalf(half) || 1
    const level = (value: number, low: number, high: number) => Math.min(high, Math.max(low, Math.round(value / d)))
    out.push(half & 255, half >> 8)
    if (type === 'Q8_0') for (const value of block) out.push(level(value, -127, 127) & 255)
    else for (let i = 0; i < 16; i++) out.push((level(block[i], -8, 7) + 8) | ((level(block[i + 16], -8, 7) + 8) << 4))
  }
  return Uint8Array.from(out)
}

export interface GgufTensor {
  name: string
  /** Rows first. */
  shape: readonly number[]
  type: GgufType
  numbers: Float32Array
}

export function ggufBytes(metadata: Readonly<Record<string, Value>>, tensors: readonly GgufTensor[]): Bytes {
  const header: Bytes[] = [text('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(metadata).length)]
  for (const [key, value] of Object.entries(metadata)) header.push(...string(key), ...written(value))
  const data: Bytes[] = []
  let offset = 0
  for (const { name, shape, type, numbers } of tensors) {
    const bytes = encoded(type, numbers)
    const padding = new Uint8Array((32 - (bytes.length % 32)) % 32)
    header.push(
      ...string(name),
      u32(shape.length),
      ...[...shape].reverse().map(u64),
      u32(typeNumbers[type]),
      u64(offset),
    )
    data.push(bytes, padding)
    offset += bytes.length + padding.length
  }
  const length = header.reduce((sum, part) => sum + part.length, 0)
  const parts = [...header, new Uint8Array((32 - (length % 32)) % 32), ...data]
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Rows of each head of `width` from halves to pairs: row i of the first half becomes 2i, of the second 2i + 1. */
function inPairs(numbers: Float32Array, width: number, columns: number): Float32Array {
  const out = new Float32Array(numbers.length)
  for (let row = 0; row < numbers.length / columns; row++) {
    const [head, inside] = [Math.floor(row / width), row % width]
    const to = head * width + (inside < width / 2 ? 2 * inside : 2 * (inside - width / 2) + 1)
    out.set(numbers.subarray(row * columns, (row + 1) * columns), to * columns)
  }
  return out
}

/** A Llama of a folder as GGUF; vectors stay F32. */
export async function llamaGguf(
  checkpoint: Checkpoint,
  type: GgufType,
  more: Record<string, Value> = {},
): Promise<Bytes> {
  const config = checkpoint.config as Record<string, number>
  const { vocab, merges } = (checkpoint.tokenizerJson?.model ?? { vocab: {}, merges: [] }) as {
    vocab: Record<string, number>
    merges: (string | string[])[]
  }
  const added = (checkpoint.tokenizerJson?.added_tokens ?? []) as { id: number; content: string }[]
  const tokens: string[] = []
  for (const [token, id] of Object.entries(vocab)) tokens[id] = token
  for (const { id, content } of added) tokens[id] = content
  const modules: Record<string, string> = {
    input_layernorm: 'attn_norm',
    post_attention_layernorm: 'ffn_norm',
    o_proj: 'attn_output',
    ...Object.fromEntries(['q', 'k', 'v'].map((one) => [`${one}_proj`, `attn_${one}`])),
    ...Object.fromEntries(['gate', 'up', 'down'].map((one) => [`${one}_proj`, `ffn_${one}`])),
  }
  const tensors: GgufTensor[] = []
  for (const [name, { shape }] of checkpoint.tensors) {
    const [, block, module] = /layers\.(\d+)\.(?:\w+\.)?(\w+)\.weight$/.exec(name) ?? []
    const outer = name.replace('model.embed_tokens', 'token_embd').replace('model.norm', 'output_norm')
    const numbers = await checkpoint.floats(name)
    tensors.push({
      name: block === undefined ? outer.replace('lm_head', 'output') : `blk.${block}.${modules[module]}.weight`,
      shape,
      type: shape.length === 1 ? 'F32' : type,
      numbers: /[qk]_proj/.test(name) ? inPairs(numbers, config.head_dim, shape[1]) : numbers,
    })
  }
  const metadata: Record<string, Value> = {
    'general.architecture': 'llama',
    'llama.block_count': config.num_hidden_layers,
    'llama.context_length': config.max_position_embeddings,
    'llama.embedding_length': config.hidden_size,
    'llama.feed_forward_length': config.intermediate_size,
    'llama.attention.head_count': config.num_attention_heads,
    'llama.attention.head_count_kv': config.num_key_value_heads,
    'llama.attention.layer_norm_rms_epsilon': config.rms_norm_eps,
    'llama.rope.freq_base': config.rope_theta,
    'llama.rope.dimension_count': config.head_dim,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'gpt-2',
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': tokens.map((_, id) => (added.some((token) => token.id === id) ? 3 : 1)),
    'tokenizer.ggml.merges': merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))),
    ...more,
  }
  return ggufBytes(metadata, tensors)
}
