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
  ['GGUF alone', [text('m.gguf', 'GGUF')], 'm.gguf is a GGUF file; a Hugging Face checkpoint in safetensors is needed'],
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
  ['no weights', [config], 'no *.safetensors file beside config.json'],
  [
    'weights elsewhere',
    [text('a/config.json', {}), weights('a/b/model.safetensors', 'a')],
    'no *.safetensors file beside config.json',
  ],
  [
    'a pickle',
    [config, text('pytorch_model.bin', 'PK')],
    'pytorch_model.bin is a PyTorch pickle, and safetensors is needed',
  ],
  [
    'a pickle by another name',
    [config, text('model.safetensors', 'PK\x03\x04\0\0\b\b____')],
    'model.safetensors is a zip archive (a PyTorch checkpoint?); safetensors is needed',
  ],
  ['GGUF beside config', [config, text('m.gguf', 'GGUF')], 'm.gguf is a GGUF file, and safetensors is needed'],
  [
    'quantized weights',
    [text('config.json', { quantization_config: { quant_method: 'awq' } }), model],
    "config.json has a quantization_config (quant_method 'awq'): these weights are quantized already",
  ],
  [
    'packed tensors',
    [config, weights('model.safetensors', 'x.qweight', 'x.scales')],
    "1 packed tensors such as 'x.qweight': these weights are quantized already",
  ],
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
