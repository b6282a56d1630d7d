import { expect, test } from 'vitest'
import { fromHalf } from '../math/half.ts'
import { openModel } from '../model/model.ts'
import { openTokenizer } from '../tokenizer/tokenizer.ts'
import { bundledText, checkpointFiles } from '../test/bundled.ts'
import { encoded, ggufBytes, llamaGguf } from '../test/gguf.ts'
import { gaussians } from '../test/numbers.ts'
import { openCheckpoint } from './checkpoint.ts'

const bundled = async () => openCheckpoint('tiny-tales-1m', await checkpointFiles())
const open = (bytes: Uint8Array<ArrayBuffer>) => openCheckpoint('x', [{ path: 'm.gguf', blob: new Blob([bytes]) }])

test('the bundled model as GGUF in F32 has the same numbers, configuration and tokens', async () => {
  const original = await bundled()
  const gguf = await open(await llamaGguf(original, 'F32'))
  expect([...gguf.tensors.keys()].sort()).toEqual([...original.tensors.keys()].sort())
  for (const [name, { shape }] of original.tensors) {
    expect(gguf.tensors.get(name)?.shape).toEqual(shape)
    expect(await gguf.floats(name), name).toEqual(await original.floats(name))
  }
  for (const [name, value] of Object.entries(gguf.config)) expect([name, original.config[name]]).toEqual([name, value])
  expect(openModel(gguf).facts).toEqual({ ...openModel(original).facts, name: 'x' })
  const text = bundledText('evaluation.txt').text.slice(0, 20_000)
  const tokens = (checkpoint: typeof gguf) =>
    openTokenizer(checkpoint.tokenizerJson!, checkpoint.tokenizerConfigJson).encode(text)
  expect(tokens(gguf)).toEqual(tokens(original))
})

test('any part of a tensor is that part of the whole, whatever its type and order of rows', async () => {
  const original = await bundled()
  for (const type of ['F16', 'Q8_0', 'Q4_0'] as const) {
    const gguf = await open(await llamaGguf(original, type))
    // Half a step of the coarsest block: absmax / 16 and / 254.
    const loose = { F16: 1e-3, Q8_0: 1 / 200, Q4_0: 1 / 7 }[type]
    for (const name of ['model.layers.1.self_attn.k_proj.weight', 'model.layers.2.mlp.down_proj.weight']) {
      const whole = await gguf.floats(name)
      const exact = await original.floats(name)
      const most = exact.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
      expect(whole.every((value, i) => Math.abs(value - exact[i]) <= loose * most)).toBe(true)
      for (const [first, count] of [
        [0, 1],
        [127, 3],
        [1500, 2999],
        [whole.length - 1, 1],
        [64, 0],
      ] as const)
        expect(await gguf.floats(name, first, count)).toEqual(whole.subarray(first, first + count))
    }
  }
})

test('blocks of Q8_0 and Q4_0 by hand', async () => {
  const numbers = gaussians(64, 3)
  for (const [type, bytes, number] of [
    ['Q8_0', 34, (block: Uint8Array, i: number) => new Int8Array(block.buffer, block.byteOffset + 2, 32)[i]],
    ['Q4_0', 18, (block: Uint8Array, i: number) => (i < 16 ? block[2 + i] % 16 : Math.floor(block[i - 14] / 16)) - 8],
  ] as const) {
    const data = encoded(type, numbers)
    expect(data).toHaveLength(2 * bytes)
    const metadata = {
      'general.architecture': 'llama',
      'llama.block_count': 1,
      'llama.context_length': 8,
      'llama.embedding_length': 32,
      'llama.feed_forward_length': 8,
      'llama.attention.head_count': 1,
      'llama.attention.layer_norm_rms_epsilon': 1e-5,
    }
    const file = await open(ggufBytes(metadata, [{ name: 'token_embd.weight', shape: [2, 32], type, numbers }]))
    const expected = Array.from({ length: 64 }, (_, i) => {
      const block = data.subarray(bytes * Math.floor(i / 32), bytes * Math.floor(i / 32 + 1))
      return number(block, i % 32) * fromHalf(block[0] + 256 * block[1])
    })
    expect([...(await file.floats('model.embed_tokens.weight'))]).toEqual(expected)
  }
})

test('the divisors of Llama 3 become its scaling', async () => {
  const original = await bundled()
  const bytes = async (factor: number) => {
    const wide = Float32Array.from({ length: 16 }, (_, i) => {
      const wave = 2 * Math.PI * 500_000 ** (i / 16)
      const smooth = Math.min(1, Math.max(0, (8192 / wave - 1) / 3))
      return factor / (1 - smooth + factor * smooth)
    })
    const extra = { name: 'rope_freqs.weight', shape: [16], type: 'F32' as const, numbers: wide }
    const tensors = [
      extra,
      { name: 'token_embd.weight', shape: [32, 32], type: 'F32' as const, numbers: gaussians(1024, 1) },
    ]
    const config = original.config as Record<string, number>
    return ggufBytes(
      {
        'general.architecture': 'llama',
        'llama.block_count': 1,
        'llama.context_length': 8192,
        'llama.embedding_length': config.hidden_size,
        'llama.feed_forward_length': 8,
        'llama.attention.head_count': 4,
        'llama.attention.layer_norm_rms_epsilon': 1e-5,
        'llama.rope.freq_base': 500_000,
      },
      tensors,
    )
  }
  expect((await open(await bytes(32))).config.rope_scaling).toEqual({
    rope_type: 'llama3',
    factor: 32,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  })
})

test.each<[string, Record<string, string | number>, string]>([
  [
    'another architecture',
    { 'general.architecture': 'qwen2' },
    "m.gguf: its architecture is 'qwen2'; of GGUF the Llama",
  ],
  ['experts', { 'llama.expert_count': 8 }, 'm.gguf: llama.expert_count is 8; mixtures of experts are not read'],
  [
    'more blocks than tensors',
    { 'llama.block_count': 4_000_000_000 },
    'm.gguf: llama.block_count is 4000000000; a number',
  ],
  ['a part of several', { 'split.count': 3 }, 'm.gguf: one of 3 parts; merge them with llama-gguf-split --merge'],
  [
    'heads that do not fit',
    { 'llama.attention.head_count_kv': 3 },
    'm.gguf: blk.0.attn_k.weight has 64 rows, 3 heads of 32',
  ],
  ['longrope', { 'llama.rope.scaling.type': 'longrope', 'llama.rope.scaling.factor': 4 }, "scaling.type is 'longrope'"],
])('refuses %s', async (_, more, message) => {
  const bytes = await llamaGguf(await bundled(), 'Q8_0', more)
  await expect(open(bytes)).rejects.toThrow(message)
})

test('a tokenizer of another kind is asked for as tokenizer.json, and taken from there', async () => {
  const original = await bundled()
  const bytes = await llamaGguf(original, 'Q8_0', { 'tokenizer.ggml.model': 'llama' })
  const alone = await open(bytes)
  expect(alone.tokenizerJson).toBeUndefined()
  expect(alone.tokenizerMissing).toBe(
    "the tokenizer in m.gguf is of the kind 'llama', which is not read; drop the model's tokenizer.json beside it",
  )
  const files = await checkpointFiles(['config.json', 'tokenizer.json'])
  const both = await openCheckpoint('x', [...files, { path: 'm.gguf', blob: new Blob([bytes]) }])
  expect(both.tokenizerJson).toEqual(original.tokenizerJson)
  expect(both).toMatchObject({ fileCount: 2, skipped: ['config.json'] })
})
