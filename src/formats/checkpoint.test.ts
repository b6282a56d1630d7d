import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fromBfloat, roundToHalf, toBfloat } from '../math/half.ts'
import { textFile as text, weightsFile as weights } from '../test/files.ts'
import { type CheckpointFile, openCheckpoint } from './checkpoint.ts'

const config = text('config.json', { model_type: 'llama' })
const index = (map: unknown, path = 'model.safetensors.index.json') => text(path, { metadata: {}, weight_map: map })

test('a folder, loose files and any order give the same checkpoint', async () => {
  const files = [
    weights('model.safetensors', 'a', 'bb'),
    text('tokenizer.json', { model: {} }),
    config,
    text('tokenizer_config.json', { add_bos_token: true }),
    text('README.md', 'hello'),
  ]
  const loose = await openCheckpoint('small', files)
  expect([...loose.tensors]).toEqual([
    ['a', { dtype: 'F32', shape: [2], bytes: 8, file: 'model.safetensors' }],
    ['bb', { dtype: 'F32', shape: [2], bytes: 8, file: 'model.safetensors' }],
  ])
  expect(loose).toMatchObject({ name: 'small', fileCount: 4, config: { model_type: 'llama' }, skipped: ['README.md'] })
  expect(loose.bytes).toBe(files.slice(0, 4).reduce((total, { blob }) => total + blob.size, 0))
  expect(loose.tokenizerJson).toEqual({ model: {} })
  expect(loose.tokenizerConfigJson).toEqual({ add_bos_token: true })
  expect([...(await loose.floats('bb'))]).toEqual([2, 2])

  const folder = await openCheckpoint('small', [
    ...files.reverse().map(({ path, blob }) => ({ path: `some/small/${path}`, blob })),
    text('some/small/onnx/config.json', {}),
    text('some/notes.txt', 'x'),
  ])
  expect([...folder.tensors.keys()]).toEqual(['a', 'bb'])
  expect(folder.tensors.get('a')!.file).toBe('some/small/model.safetensors')
  expect(folder.skipped.sort()).toEqual(['some/notes.txt', 'some/small/README.md', 'some/small/onnx/config.json'])
})

test('shards by the index; files it does not name are left alone', async () => {
  const checkpoint = await openCheckpoint('sharded', [
    weights('two.safetensors', 'b', 'not in the index'),
    weights('one.safetensors', 'a'),
    weights('consolidated.safetensors', 'a', 'b'),
    index({ a: 'one.safetensors', b: 'two.safetensors' }),
    config,
  ])
  expect(Object.fromEntries([...checkpoint.tensors].map(([name, { file }]) => [name, file]))).toEqual({
    a: 'one.safetensors',
    b: 'two.safetensors',
    'not in the index': 'two.safetensors',
  })
  expect([...(await checkpoint.floats('b'))]).toEqual([2, 1])
  expect(checkpoint.skipped).toEqual(['consolidated.safetensors'])
  expect(checkpoint.tokenizerJson).toBeUndefined()
})

test('without an index all shards are opened', async () => {
  const shards = [weights('m-00002-of-00002.safetensors', 'b'), weights('m-00001-of-00002.safetensors', 'a')]
  expect([...(await openCheckpoint('x', [...shards, config])).tensors.keys()]).toEqual(['a', 'b'])
  await expect(openCheckpoint('x', [shards[0], config])).rejects.toThrow(
    'm-00001-of-00002.safetensors is missing: m-00002-of-00002.safetensors is one of 2 shards',
  )
})

test('only headers are read to open, and only its own bytes for a tensor', async () => {
  const file = weights('model.safetensors', 'a', 'b', 'c')
  const blob = file.blob
  const checkpoint = await openCheckpoint('x', [config, file])
  const header = blob.size - 24
  expect(blob.reads).toEqual([
    [0, 8],
    [8, header],
  ])
  blob.reads.length = 0
  await checkpoint.floats('b')
  await checkpoint.floats('c', 1, 1)
  expect(blob.reads).toEqual([
    [header + 8, header + 16],
    [header + 20, header + 24],
  ])
  await expect(checkpoint.floats('d')).rejects.toThrow("no tensor 'd' among the 3 of x")
})

const folderFiles = (folder: string): CheckpointFile[] =>
  readdirSync(folder).map((name) => ({
    path: `${folder}/${name}`,
    blob: new Blob([readFileSync(`${folder}/${name}`)]),
  }))

test('the bundled model', async () => {
  const checkpoint = await openCheckpoint('tiny-tales-1m', folderFiles('public/models/tiny-tales-1m'))
  const parameters = [...checkpoint.tensors.values()].reduce(
    (total, { shape }) => total + shape.reduce((a, b) => a * b, 1),
    0,
  )
  expect(parameters).toBe(918_656)
  expect(await checkpoint.floats('model.norm.weight')).toHaveLength(128)
})

if (existsSync('../shared/models'))
  test('one model as F32, as F16 and as shards in BF16', async () => {
    const open = (name: string) => openCheckpoint(name, folderFiles(`../shared/models/${name}`))
    const full = await open('stories260K-hf')
    for (const [name, rounded] of [
      ['stories260K-hf-f16', roundToHalf],
      ['stories260K-hf-bf16-sharded', (value: number) => fromBfloat(toBfloat(value))],
    ] as const) {
      const half = await open(name)
      expect([...half.tensors.keys()].sort()).toEqual([...full.tensors.keys()].sort())
      for (const tensor of full.tensors.keys())
        expect(await half.floats(tensor), tensor).toEqual((await full.floats(tensor)).map(rounded))
    }
  })
