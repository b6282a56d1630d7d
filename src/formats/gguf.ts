// GGUF of the Llama family as a checkpoint: tensors under their Hugging Face names, F32, F16, BF16, Q8_0 and Q4_0 as
// float32 by ranges. The converter of llama.cpp reorders the rows of q and k within each head, from two halves
// [0 … d/2), [d/2 … d) to pairs (i, i + d/2) that rotate together; here they are put back.
// Q8_0: 32 × int8 · d; Q4_0: 32 × (nibble − 8) · d, low nibbles first; d float16 in front of each block.
import { floatsOfBfloats, floatsOfHalves, fromHalf } from '../math/half.ts'
import { bundled } from './bundles.ts'
import { ggufBlocks, type GgufHeader, readGgufHeader } from './gguf-header.ts'
import { ggufConfig } from './gguf-config.ts'
import { type ByteSource, readRange } from './range.ts'
import { floatReader, type StoredTensor, type TensorFile } from './tensor-file.ts'

export interface GgufFile extends TensorFile {
  /** As config.json would say it. */
  readonly config: Readonly<Record<string, unknown>>
  readonly header: GgufHeader
}

const outer: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
}
const inner: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  ffn_norm: 'post_attention_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
}

/** Hugging Face's name of a tensor; unknown ones keep theirs. */
export function huggingFaceName(name: string): string {
  const [, block, module, kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(name) ?? []
  const table = block === undefined ? outer : inner
  if (module === undefined || !Object.hasOwn(table, module)) return name
  return `${block === undefined ? '' : `model.layers.${block}.`}${table[module]}.${kind}`
}

/** @throws InputError for damaged files, other architectures and other types of tensors. */
export async function openGguf(blob: ByteSource, name: string): Promise<GgufFile> {
  const header = await readGgufHeader(blob, name)
  const config = await ggufConfig(header, name, (tensor) => read(blob, name, tensor, 0, sizeOf(tensor)))
  const tensors = new Map<string, StoredTensor>()
  for (const [own, tensor] of header.tensors) tensors.set(huggingFaceName(own), tensor)
  const width = Number(config.head_dim)
  const data = bundled(blob, tensors.values())
  const reader = floatReader(name, tensors, (tensor, first, count) => {
    const entry = tensors.get(tensor)!
    return /\.[qk]_proj\.(weight|bias)$/.test(tensor)
      ? unpermuted(data, name, entry, width, first, count)
      : read(data, name, entry, first, count)
  })
  return { name, header, config, tensors, ...reader }
}

const sizeOf = ({ shape }: StoredTensor) => shape.reduce((product, length) => product * length, 1)

/** `count` numbers from `first` on, as they lie in the file. */
async function read(
  blob: ByteSource,
  name: string,
  { dtype, start }: StoredTensor,
  first: number,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  const [block, bytes] = ggufBlocks[dtype]!
  const from = Math.floor(first / block)
  const to = Math.ceil((first + count) / block)
  const data = await readRange(blob, start + from * bytes, start + to * bytes, name)
  if (dtype === 'F32') return new Float32Array(data.buffer)
  if (dtype === 'F16') return floatsOfHalves(new Uint16Array(data.buffer))
  if (dtype === 'BF16') return floatsOfBfloats(new Uint16Array(data.buffer))
  const numbers = new Float32Array((to - from) * block)
  const decode = dtype === 'Q8_0' ? q8 : q4
  for (let i = 0; i < to - from; i++) decode(data, i * bytes, numbers, i * block)
  return numbers.slice(first - from * block, first - from * block + count)
}

function q8(data: Uint8Array, at: number, numbers: Float32Array, to: number) {
  const d = fromHalf(data[at] | (data[at + 1] << 8))
  for (let i = 0; i < 32; i++) numbers[to + i] = ((data[at + 2 + i] << 24) >> 24) * d
}

function q4(data: Uint8Array, at: number, numbers: Float32Array, to: number) {
  const d = fromHalf(data[at] | (data[at + 1] << 8))
  for (let i = 0; i < 16; i++) {
    numbers[to + i] = ((data[at + 2 + i] & 15) - 8) * d
    numbers[to + 16 + i] = ((data[at + 2 + i] >> 4) - 8) * d
  }
}

/** The same with the rows of every head of `width` put back: row r of its first half is row 2r of the file's head. */
async function unpermuted(
  blob: ByteSource,
  name: string,
  tensor: StoredTensor,
  width: number,
  first: number,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  const columns = tensor.shape.length === 2 ? tensor.shape[1] : 1
  const numbers = new Float32Array(count)
  const perHead = width * columns
  for (let head = Math.floor(first / perHead); head * perHead < first + count; head++) {
    const start = head * perHead
    const rows = await read(blob, name, tensor, start, perHead)
    for (let row = 0; row < width; row++) {
      const from = (row < width / 2 ? 2 * row : 2 * (row - width / 2) + 1) * columns
      const begin = Math.max(start + row * columns, first)
      const end = Math.min(start + (row + 1) * columns, first + count)
      const skip = begin - start - row * columns
      if (end > begin) numbers.set(rows.subarray(from + skip, from + skip + end - begin), begin - first)
    }
  }
  return numbers
}
