// Fourteen thousand damaged files: no reader hangs, crashes, reads beyond the file, changes a prototype, or refuses without
// the fact. The seeds are fixed; a failure prints the damage.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { openModel } from '../model/model.ts'
import { openTokenizer } from '../tokenizer/tokenizer.ts'
import { ggufBytes } from '../test/gguf.ts'
import { damagedBytes, damagedJson, meteredFile, survives } from '../test/mutations.ts'
import { tinyConfig, tinyLlama } from '../test/tiny-llama.ts'
import { openCheckpoint, readJson } from './checkpoint.ts'
import { hubFiles, hubModel } from './hub.ts'
import { net } from './hub-request.ts'
import { openSafetensors } from './safetensors.ts'
import { safetensorsBytes } from './safetensors-write.ts'

const tensors = [...tinyLlama().tensors].map(([name, { shape, data }]) => ({
  name,
  dtype: 'F32' as const,
  shape,
  data,
}))
const model = safetensorsBytes(tensors)
const few = safetensorsBytes([
  { name: 'a', dtype: 'F32', shape: [3, 2], data: new Float32Array(6) },
  { name: 'b', dtype: 'F16', shape: [5], data: new Uint16Array(5) },
  { name: 'c', dtype: 'U8', shape: [0, 4], data: new Uint8Array(0) },
  { name: '__proto__', dtype: 'F8_E4M3', shape: [4], data: new Uint8Array(4) },
])
const utf8 = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

/** How many of the runs were refused; every run is checked. */
async function refusals<T>(runs: number, damaged: fc.Arbitrary<T>, work: (damaged: T) => unknown): Promise<number> {
  let refused = 0
  const check = async (input: T) => {
    if (await survives(() => work(input))) refused++
  }
  await fc.assert(fc.asyncProperty(damaged, check), { numRuns: runs, seed: 20261122, endOnFailure: true })
  return refused
}

async function readAll(bytes: Uint8Array<ArrayBuffer>) {
  const file = await openSafetensors(meteredFile('x', bytes).blob, 'x.safetensors')
  for (const [name, { dtype }] of file.tensors) if (dtype.startsWith('F')) await file.floats(name)
}

test('2500 safetensors with damaged bytes', async () => {
  const header = Number(new DataView(few.buffer).getBigUint64(0, true)) + 8
  expect(await refusals(2500, damagedBytes(few, header), readAll)).toBeGreaterThan(2000)
})

test('2500 safetensors with damaged headers', async () => {
  const length = Number(new DataView(few.buffer).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(few.subarray(8, 8 + length))) as unknown
  const file = (json: Uint8Array) => {
    const start = new Uint8Array(8)
    new DataView(start.buffer).setBigUint64(0, BigInt(json.length), true)
    return Uint8Array.from([...start, ...json, ...few.subarray(8 + length)])
  }
  expect(await refusals(2500, damagedJson(header), (json) => readAll(file(json)))).toBeGreaterThan(2000)
})

test('1500 damaged indexes', async () => {
  const names = tensors.map(({ name }) => name)
  const index = { metadata: { total_size: 9 }, weight_map: Object.fromEntries(names.map((n) => [n, 'm.safetensors'])) }
  const refused = await refusals(1500, damagedJson(index), (json) =>
    openCheckpoint('x', [
      meteredFile('config.json', utf8(tinyConfig)),
      meteredFile('m.safetensors', model),
      meteredFile('model.safetensors.index.json', json),
    ]),
  )
  expect(refused).toBeGreaterThan(700)
})

test('500 damaged lists of a server', async () => {
  const names = ['config.json', 'model.safetensors', 'm/__proto__']
  const list = names.map((path, i) => ({
    type: 'file',
    oid: '0'.repeat(40),
    size: 9 + i,
    path,
    lfs: { oid: 'a', size: 7 },
  }))
  const refused = await refusals(500, damagedJson(list), async (json) => {
    const fetch = () => Promise.resolve(new Response(json as Uint8Array<ArrayBuffer>))
    const { files } = await hubFiles(hubModel('a/b'), { net: { ...net, fetch } })
    for (const { path, blob } of files) if (typeof path !== 'string' || !(blob.size >= 0)) throw new Error('no file')
  })
  expect(refused).toBeGreaterThan(200)
})

test('2000 damaged configs', async () => {
  const refused = await refusals(2000, damagedJson(tinyConfig), async (json) =>
    openModel(await openCheckpoint('x', [meteredFile('config.json', json), meteredFile('model.safetensors', model)])),
  )
  expect(refused).toBeGreaterThan(1000)
})

/** A tokenizer of the kind most models have: byte-level BPE after a regular expression. */
const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [
    { id: 9, content: '<s>', single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  ],
  normalizer: null,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: ' ?\\p{L}+|\\s+' }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab: { a: 0, b: 1, c: 2, d: 3, Ġ: 4, ab: 5, Ġa: 6, cd: 7, abcd: 8 },
    merges: [
      ['a', 'b'],
      ['Ġ', 'a'],
      ['c', 'd'],
      ['ab', 'cd'],
    ],
  },
}

test('2000 damaged tokenizers', async () => {
  // The library says there what it does not know.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const refused = await refusals(2000, damagedJson(tokenizer), async (json) => {
    const { encode, decode } = openTokenizer(await readJson(meteredFile('tokenizer.json', json)), {})
    decode(encode('abcd ab<s> dcba'))
  })
  expect(refused).toBeGreaterThan(200)
})

const gguf = ggufBytes(
  {
    'general.architecture': 'llama',
    'general.alignment': 32,
    'llama.block_count': 1,
    'llama.context_length': 8,
    'llama.embedding_length': 32,
    'llama.feed_forward_length': 8,
    'llama.attention.head_count': 2,
    'llama.attention.layer_norm_rms_epsilon': 1e-5,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.tokens': ['a', 'b', '__proto__', 'ab', '<s>'],
    'tokenizer.ggml.token_type': [1, 1, 1, 1, 3],
    'tokenizer.ggml.merges': ['a b'],
    'tokenizer.ggml.bos_token_id': 4,
    'tokenizer.ggml.add_bos_token': true,
  },
  [
    { name: 'token_embd.weight', shape: [2, 32], type: 'Q4_0', numbers: new Float32Array(64) },
    { name: 'blk.0.attn_q.weight', shape: [32, 32], type: 'Q8_0', numbers: new Float32Array(1024) },
    { name: 'rope_freqs.weight', shape: [8], type: 'F32', numbers: new Float32Array(8).fill(1) },
    { name: '__proto__', shape: [3, 4], type: 'F16', numbers: new Float32Array(12) },
  ],
)

test('3000 damaged GGUF files', async () => {
  const whole = await openCheckpoint('x', [meteredFile('m.gguf', gguf)])
  expect([...whole.tensors.keys()].at(-1)).toBe('__proto__')
  const refused = await refusals(3000, damagedBytes(gguf, 1024), async (bytes) => {
    const checkpoint = await openCheckpoint('x', [meteredFile('m.gguf', bytes)])
    for (const name of checkpoint.tensors.keys()) await checkpoint.floats(name)
    if (checkpoint.tokenizerJson) openTokenizer(checkpoint.tokenizerJson, checkpoint.tokenizerConfigJson).encode('ab')
  })
  expect(refused).toBeGreaterThan(1500)
})
