// What config.json would say of a GGUF of the Llama family, from its metadata. The stretched rotary positions of
// Llama 3 are not in the metadata but in a tensor of divisors, which is held against the formula they were made by.
import { InputError } from './errors.ts'
import type { GgufHeader, GgufValue } from './gguf-header.ts'
import type { StoredTensor } from './tensor-file.ts'

/** @throws InputError for other architectures, and for fields that are missing or mean what is not computed. */
export async function ggufConfig(
  { metadata, tensors }: GgufHeader,
  name: string,
  read: (tensor: StoredTensor) => Promise<Float32Array>,
): Promise<Readonly<Record<string, unknown>>> {
  const fail = (fact: string): never => {
    throw new InputError(`${name}: ${fact}`)
  }
  const architecture = metadata.get('general.architecture')
  if (architecture !== 'llama')
    fail(`its architecture is ${shown(architecture)}; of GGUF the Llama family ('llama') can be read`)
  const splits = metadata.get('split.count')
  if (typeof splits === 'number' && splits > 1) fail(`one of ${splits} parts; merge them with llama-gguf-split --merge`)
  const number = (key: string, absent?: number): number => {
    const value = metadata.get(`llama.${key}`)
    const found = typeof value === 'bigint' ? Number(value) : value
    if (found === undefined && absent !== undefined) return absent
    if (typeof found !== 'number' || !(found > 0) || found > 2 ** 31)
      return fail(`llama.${key} is ${shown(value)}; a number above 0 is needed`)
    return found
  }
  if (Number(metadata.get('llama.expert_count') ?? 0) > 0)
    fail(`llama.expert_count is ${shown(metadata.get('llama.expert_count'))}; mixtures of experts are not read`)
  const blocks = number('block_count')
  if (blocks > tensors.size) fail(`llama.block_count is ${blocks}, and the file has ${tensors.size} tensors`)
  const heads = number('attention.head_count')
  const hidden = number('embedding_length')
  const width = number('attention.key_length', number('rope.dimension_count', hidden / heads))
  if (!Number.isInteger(width) || width % 2 || width > 4096)
    fail(`heads of ${width} numbers; rotary positions need an even whole number up to 4096`)
  if (number('rope.dimension_count', width) !== width)
    fail(`llama.rope.dimension_count is ${number('rope.dimension_count', width)}, the heads have ${width} numbers`)
  const vocabulary = tensors.get('token_embd.weight')?.shape[0]
  const kvHeads = number('attention.head_count_kv', heads)
  for (let block = 0; block < blocks; block++)
    for (const [module, count] of [
      ['attn_q', heads],
      ['attn_k', kvHeads],
    ] as const) {
      const rows = tensors.get(`blk.${block}.${module}.weight`)?.shape[0]
      if (rows !== undefined && rows !== count * width)
        fail(`blk.${block}.${module}.weight has ${rows} rows, ${count} heads of ${width} need ${count * width}`)
    }
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: vocabulary ?? fail("no tensor 'token_embd.weight'"),
    hidden_size: hidden,
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: blocks,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: width,
    max_position_embeddings: number('context_length'),
    rms_norm_eps: plain(number('attention.layer_norm_rms_epsilon')),
    rope_theta: number('rope.freq_base', 10000),
    rope_scaling: await scaling(metadata, tensors, { width, theta: number('rope.freq_base', 10000) }, fail, read),
    hidden_act: 'silu',
    attention_bias: tensors.has('blk.0.attn_q.bias'),
    mlp_bias: tensors.has('blk.0.ffn_up.bias'),
    tie_word_embeddings: !tensors.has('output.weight'),
  }
}

/** The shortest decimal that is this float32: 1e-5 and not 0.000009999999747378752. */
function plain(value: number): number {
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === Math.fround(value)) return short
  }
  return value
}

async function scaling(
  metadata: GgufHeader['metadata'],
  tensors: GgufHeader['tensors'],
  { width, theta }: { width: number; theta: number },
  fail: (fact: string) => never,
  read: (tensor: StoredTensor) => Promise<Float32Array>,
): Promise<Readonly<Record<string, unknown>> | null> {
  const type = metadata.get('llama.rope.scaling.type')
  const factor = metadata.get('llama.rope.scaling.factor') ?? metadata.get('llama.rope.scale_linear')
  const divisors = tensors.get('rope_freqs.weight')
  if (divisors) {
    if (divisors.shape.join() !== String(width / 2))
      fail(`rope_freqs.weight has shape [${divisors.shape.join(', ')}], [${width / 2}] is needed`)
    const given = await read(divisors)
    const most = given.reduce((a, b) => Math.max(a, b), 1)
    const [low, high, original] = [1, 4, 8192]
    for (let i = 0; i < given.length; i++) {
      const wave = 2 * Math.PI * theta ** ((2 * i) / width)
      const smooth = Math.min(1, Math.max(0, (original / wave - low) / (high - low)))
      const expected = 1 / ((1 - smooth) / most + smooth)
      if (!(Math.abs(given[i] / expected - 1) < 1e-3))
        fail(
          `rope_freqs.weight is ${given[i]} at ${i}; the scaling of Llama 3 with a factor of ${most} gives ${expected}`,
        )
    }
    const wider = { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original }
    return most === 1 ? null : { rope_type: 'llama3', factor: most, ...wider }
  }
  if (type === undefined ? factor === undefined || factor === 1 : type === 'none') return null
  if (typeof factor !== 'number' || !(factor > 0))
    return fail(`llama.rope.scaling.factor is ${shown(factor)}; a number above 0 is needed`)
  if (type === undefined || type === 'linear') return { rope_type: 'linear', factor }
  const original = metadata.get('llama.rope.scaling.original_context_length')
  if (type === 'yarn' && typeof original === 'number')
    return { rope_type: 'yarn', factor, original_max_position_embeddings: original }
  return fail(`llama.rope.scaling.type is ${shown(type)}; none, linear and yarn can be read`)
}

function shown(value: GgufValue | undefined): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : String(value)
}
