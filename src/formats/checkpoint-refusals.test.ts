import { expect, test } from 'vitest'
import { textFile as text, weightsFile as weights } from '../test/files.ts'
import { type CheckpointFile, openCheckpoint } from './checkpoint.ts'
import { InputError } from './errors.ts'

const config = text('config.json', { model_type: 'llama' })
const index = (map: unknown, path = 'model.safetensors.index.json') => text(path, { metadata: {}, weight_map: map })

const model = weights('model.safetensors', 'a')
test.each<[string, CheckpointFile[], string]>([
  ['nothing', [], 'no files; a folder with config.json and *.safetensors is needed'],
  ['no config', [model], 'no config.json among the one file (model.safetensors)'],
  ['a cut GGUF', [text('m.gguf', 'GGUF')], 'm.gguf: the header goes on at the end of the file, 4 bytes'],
  [
    'two GGUFs',
    [text('a.gguf', 'GGUF'), text('b/c.gguf', 'GGUF')],
    '2 GGUF files: a.gguf, b/c.gguf; one at a time is needed',
  ],
  [
    'two checkpoints',
    [text('a/config.json', {}), text('b/config.json', {})],
    '2 checkpoints: a/config.json, b/config.json; one at a time',
  ],
  [
    'a config twice',
    [config, { ...config }, model],
    '2 checkpoints: config.json, config.json; one at a time is needed',
  ],
  [
    'a file twice',
    [config, model, { ...model }],
    'two files are called model.safetensors: model.safetensors, model.safetensors',
  ],
  ['a config that is a list', [text('config.json', []), model], 'config.json holds no JSON object'],
  ['a damaged config', [text('config.json', '{"a":'), model], 'config.json is not JSON (Unexpected end of JSON input)'],
  [
    'a web page as config',
    [text('config.json', '<!DOCTYPE html>'), model],
    'config.json is a web page, not the file itself',
  ],
  [
    'an LFS pointer as tokenizer',
    [config, model, text('tokenizer.json', 'version https://git-lfs.github.com/spec/v1\n')],
    'tokenizer.json is a Git LFS pointer',
  ],
  [
    'an LFS pointer as weights',
    [config, text('model.safetensors', 'version https://git-lfs.github.com/spec/v1\n')],
    'model.safetensors is a Git LFS pointer',
  ],
  [
    'no weights',
    [config],
    "no *.safetensors file beside config.json: a model's weights are in model.safetensors, or in",
  ],
  [
    'an adapter',
    [text('adapter_config.json', {}), weights('adapter_model.safetensors', 'a')],
    'adapter_config.json is of an adapter (LoRA), a small change to a model; load it in Python with its base',
  ],
  [
    'an adapter beside a config',
    [config, text('adapter_config.json', {}), weights('adapter_model.safetensors', 'a')],
    'adapter_config.json is of an adapter (LoRA)',
  ],
  [
    'pictures',
    [text('model_index.json', {}), model],
    'model_index.json is of a pipeline that makes pictures; a language',
  ],
  [
    'weights elsewhere',
    [text('a/config.json', {}), weights('a/b/model.safetensors', 'a')],
    'no *.safetensors file beside config.json',
  ],
  [
    'a pickle',
    [config, text('pytorch_model.bin', 'PK')],
    'pytorch_model.bin is a PyTorch pickle; pickles can run programs and are not opened: load it in Python and write ' +
      "it as safetensors with model.save_pretrained('folder', safe_serialization=True)",
  ],
  ['a pickle alone', [text('a/model.pt', 'PK')], 'a/model.pt is a PyTorch pickle; pickles can run programs'],
  [
    'a pickle by another name',
    [config, text('model.safetensors', 'PK\x03\x04\0\0\b\b____')],
    'model.safetensors is a zip archive (a PyTorch checkpoint?); pickles can run programs and are not opened',
  ],
  [
    'no GGUF at all',
    [config, text('m.gguf', 'PK__ ____ ____ ____ ____')],
    'm.gguf: begins with "PK__", not with "GGUF"',
  ],
  [
    'weights by AWQ',
    [text('config.json', { quantization_config: { quant_method: 'awq', bits: 4, group_size: 128 } }), model],
    'config.json has a quantization_config (AWQ, 4 bits, groups of 128): these weights are quantized already; load the ' +
      'model they were made from, in F32, F16 or BF16',
  ],
  [
    'weights by bitsandbytes',
    [text('config.json', { quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true } }), model],
    'config.json has a quantization_config (bitsandbytes, 4 bits): these weights are quantized already',
  ],
  [
    'FP8 with scales of blocks',
    [text('config.json', { quantization_config: { quant_method: 'fp8', weight_block_size: [128, 128] } }), model],
    'config.json has a quantization_config (FP8 in blocks): these weights are quantized already',
  ],
  [
    'a method nobody knows',
    [text('config.json', { quantization_config: { quant_method: 'toString' } }), model],
    "config.json has a quantization_config ('toString'): these weights are quantized already",
  ],
  [
    'weights by MLX',
    [text('config.json', { quantization: { group_size: 64, bits: 4 } }), model],
    'config.json has a quantization (4 bits, groups of 64): these weights are quantized already',
  ],
  ...(
    [
      ['GPTQ', 'x.qweight', 'x.qzeros', 'x.scales', 'x.g_idx'],
      ['AWQ', 'x.qweight', 'x.qzeros', 'x.scales'],
      ['compressed-tensors', 'x.weight_packed', 'x.weight_scale', 'x.weight_shape'],
      ['bitsandbytes, 4 bits', 'x.weight.absmax', 'x.weight', 'x.weight.quant_map'],
      ['bitsandbytes, 8 bits', 'x.SCB', 'x.weight'],
      ['FP8 in blocks', 'x.weight_scale_inv', 'x.weight'],
      ['MLX', 'x.scales', 'x.biases', 'x.weight'],
    ] as const
  ).map(([method, ...names]): [string, CheckpointFile[], string] => [
    `tensors packed by ${method}`,
    [config, weights('model.safetensors', ...names)],
    `1 packed tensor such as '${names[0]}' (${method}): these weights are quantized already; load the model`,
  ]),
  [
    'a missing shard',
    [
      config,
      index({ a: 'one.safetensors', b: 'two.safetensors', c: 'two.safetensors' }),
      weights('one.safetensors', 'a'),
    ],
    'two.safetensors is missing: model.safetensors.index.json places 2 tensors in it',
  ],
  [
    'a tensor that its shard lacks',
    [config, index({ a: 'one.safetensors', b: 'one.safetensors' }), weights('one.safetensors', 'a')],
    "one.safetensors: no tensor 'b', which the index places there",
  ],
  [
    'a tensor in another shard',
    [
      config,
      index({ a: '1.safetensors', b: '1.safetensors', c: '2.safetensors' }),
      weights('1.safetensors', 'a'),
      weights('2.safetensors', 'b', 'c'),
    ],
    "1.safetensors: no tensor 'b', which the index places there; it is in 2.safetensors",
  ],
  [
    'a tensor in two shards',
    [
      config,
      index({ a: '1.safetensors', c: '2.safetensors' }),
      weights('1.safetensors', 'a'),
      weights('2.safetensors', 'a', 'c'),
    ],
    "tensor 'a' is in two files: 1.safetensors and 2.safetensors",
  ],
  [
    'an index out of the folder',
    [config, index({ a: '../other/model.safetensors' }), model],
    'places tensor \'a\' in "../other/model.safetensors", which is no safetensors file beside it',
  ],
  [
    'an index of numbers',
    [config, index({ a: 1 }), model],
    "places tensor 'a' in 1, which is no safetensors file beside it",
  ],
  [
    'an index of pickles',
    [config, index({ a: 'model.bin' }), model],
    'places tensor \'a\' in "model.bin", which is no safetensors file beside it',
  ],
  [
    'an empty index',
    [config, index({}), model],
    'model.safetensors.index.json: weight_map, from tensor names to file names, is missing or empty',
  ],
  [
    'two indexes',
    [config, index({ a: 'x' }), index({ a: 'x' }, 'b.safetensors.index.json'), model],
    '2 indexes: b.safetensors.index.json, model.safetensors.index.json; drop one',
  ],
])('refuses %s', async (_, files, message) => {
  const error = await openCheckpoint('x', files).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(InputError)
  expect((error as Error).message).toContain(message)
  expect((error as Error).message).not.toContain('\n')
})

test('a tokenizer of another kind is named, with the way to a tokenizer.json', async () => {
  const checkpoint = await openCheckpoint('x', [config, model, text('tokenizer.model', '')])
  expect(checkpoint.tokenizerMissing).toMatch(
    /^tokenizer\.model is not read; in Python, .* writes a tokenizer\.json of it$/,
  )
  expect((await openCheckpoint('x', [config, model])).tokenizerMissing).toBeUndefined()
})
