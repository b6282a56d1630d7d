// What is said about checkpoints that cannot be opened: everything that is wrong, and what is not.
import { expect, test } from 'vitest'
import { safetensorsBytes, type TensorToWrite } from '../formats/safetensors-write.ts'
import { openSafetensors } from '../formats/safetensors.ts'
import { checkpointFiles } from '../test/bundled.ts'
import { hubServer } from '../test/hub-server.ts'
import { openSource } from './open.ts'
import type { Check, NamedBlob } from './protocol.ts'

const nobody = { base: '', report: () => {}, signal: new AbortController().signal }

async function checksOf(files: NamedBlob[]): Promise<Check[]> {
  const source = { kind: 'files', name: 'given', files } as const
  const result = await openSource(source, nobody)
  expect(result?.opened === undefined).toBe(result?.report.checks.some(({ status }) => status === 'error'))
  return result?.report.checks ?? []
}

const rows = (checks: Check[], status: Check['status']) =>
  checks.filter((check) => check.status === status).map(({ subject, fact }) => `${subject} | ${fact}`)

/** The bundled model, its tensors changed, in one file or in shards of a few tensors. */
async function changed(
  change: (tensor: TensorToWrite) => TensorToWrite | undefined,
  shards = 1,
): Promise<{ path: string; blob: Blob }[]> {
  const files = await checkpointFiles()
  const model = await openSafetensors(files[3].blob, 'model.safetensors')
  const tensors: TensorToWrite[] = []
  for (const [name, { shape }] of model.tensors) {
    const tensor = change({ name, dtype: 'F32', shape, data: await model.floats(name) })
    if (tensor) tensors.push(tensor)
  }
  const blob = (part: number) =>
    new Blob([
      safetensorsBytes(
        tensors.filter((_, i) => i % shards === part),
        {},
      ),
    ])
  const name = (part: number) =>
    shards === 1 ? 'model.safetensors' : `model-0000${part + 1}-of-0000${shards}.safetensors`
  return [
    ...files.slice(0, 3),
    ...Array.from({ length: shards }, (_, part) => ({ path: name(part), blob: blob(part) })),
  ]
}

test('two cut shards of three are both named; the third and the other files keep their mark', async () => {
  const files = await changed((tensor) => tensor, 3)
  const cut = files.map(({ path, blob }) => ({ path, blob: /0000[13]-of/.test(path) ? blob.slice(0, 50_000) : blob }))
  const checks = await checksOf(cut)
  const errors = rows(checks, 'error')
  expect(errors).toHaveLength(2)
  expect(errors[0]).toMatch(/^model-00001-of-00003.safetensors \| .* the file has 50000 bytes/)
  expect(errors[1]).toMatch(/^model-00003-of-00003.safetensors \| .* the file has 50000 bytes/)
  expect(rows(checks, 'ok')).toEqual([
    'config.json | model_type llama',
    'tokenizer.json | 1,024 tokens',
    expect.stringMatching(/^model-00002-of-00003.safetensors \| 1\d tensors, F32$/),
  ])
})

test('a damaged tokenizer and a cut file of weights are both named', async () => {
  const [config, tokenizer, more, weights] = await checkpointFiles()
  const checks = await checksOf([
    config,
    { ...tokenizer, blob: new Blob(['{"model"']) },
    more,
    { ...weights, blob: weights.blob.slice(0, 1000) },
  ])
  expect(rows(checks, 'error').map((row) => row.split(' | ')[0])).toEqual(['model.safetensors', 'tokenizer.json'])
  expect(rows(checks, 'ok')).toEqual(['config.json | model_type llama'])
})

test('every tensor of a wrong shape is named, up to a handful', async () => {
  const few = await checksOf(
    await changed((tensor) =>
      /layers\.[01]\.self_attn\.k_proj/.test(tensor.name)
        ? { ...tensor, shape: [...tensor.shape].reverse() }
        : tensor.name === 'model.norm.weight'
          ? undefined
          : tensor,
    ),
  )
  expect(rows(few, 'error')).toEqual([
    'Shapes | model.layers.0.self_attn.k_proj.weight has shape [128, 64], the config asks for [64, 128]',
    'Shapes | model.layers.1.self_attn.k_proj.weight has shape [128, 64], the config asks for [64, 128]',
    "Shapes | tensor 'model.norm.weight' of shape [128] is missing",
  ])
  expect(rows(few, 'ok').map((row) => row.split(' | ')[0])).toEqual([
    'config.json',
    'tokenizer.json',
    'model.safetensors',
  ])
  const many = await checksOf(await changed((tensor) => ({ ...tensor, shape: [tensor.data.byteLength / 4] })))
  const errors = rows(many, 'error')
  expect(errors).toHaveLength(7)
  expect(errors[6]).toMatch(/^And more \| \d+ more of this kind$/)
})

test('every tensor with values that are not finite is named, below what held', async () => {
  const checks = await checksOf(
    await changed((tensor) => {
      if (!/layers\.[23]\.mlp\.up_proj/.test(tensor.name)) return tensor
      const data = (tensor.data as Float32Array).slice()
      data[5] = NaN
      return { ...tensor, data }
    }),
  )
  expect(rows(checks, 'error')).toEqual([
    "Values | model.safetensors: tensor 'model.layers.2.mlp.up_proj.weight' has 1 value that is not finite",
    "Values | model.safetensors: tensor 'model.layers.3.mlp.up_proj.weight' has 1 value that is not finite",
  ])
  expect(rows(checks, 'ok').map((row) => row.split(' | ')[0])).toEqual([
    'config.json',
    'tokenizer.json',
    'model.safetensors',
    'Output head',
    'Shapes',
  ])
})

test('missing shards are all named', async () => {
  const files = await changed((tensor) => tensor, 3)
  const index = {
    weight_map: Object.fromEntries(
      ['a', 'b', 'c'].map((tensor, i) => [tensor, `model-0000${i + 1}-of-00003.safetensors`]),
    ),
  }
  const checks = await checksOf([
    ...files.slice(0, 4),
    { path: 'model.safetensors.index.json', blob: new Blob([JSON.stringify(index)]) },
  ])
  expect(rows(checks, 'error').map((row) => row.split(' is missing')[0])).toEqual([
    'Checkpoint | model-00002-of-00003.safetensors',
    'Checkpoint | model-00003-of-00003.safetensors',
  ])
})

test('tensors that the model has no use for are left alone, with the reason', async () => {
  const files = await changed((tensor) => tensor)
  const extra = { name: 'model.layers.0.attn.mask', dtype: 'I32', shape: [2], data: new Int32Array(2) } as const
  const more = new Blob([safetensorsBytes([extra])])
  const index = {
    weight_map: {
      ...Object.fromEntries(
        [...(await openSafetensors(files[3].blob)).tensors.keys()].map((name) => [name, 'a.safetensors']),
      ),
      [extra.name]: 'b.safetensors',
    },
  }
  const checks = await checksOf([
    ...files.slice(0, 3),
    { path: 'a.safetensors', blob: files[3].blob },
    { path: 'b.safetensors', blob: more },
    { path: 'model.safetensors.index.json', blob: new Blob([JSON.stringify(index)]) },
  ])
  expect(checks.find(({ status }) => status === 'skipped')).toEqual({
    status: 'skipped',
    subject: '1 more tensor',
    fact: 'Not used, left alone',
    detail: 'such as model.layers.0.attn.mask: I32, integers, so no weights',
  })
})

test('matrices of safetensors without a config are listed', async () => {
  const [, , , weights] = await changed((tensor) => tensor)
  const result = await openSource({ kind: 'files', name: 'loose', files: [weights] }, nobody)
  expect(result?.report.bare?.layers).toHaveLength(29)
  expect(result?.report.model).toMatchObject({ architecture: 'matrices', blocks: 0 })
  expect(result?.report.checks.map(({ status, subject, fact }) => [status, subject, fact])).toEqual([
    ['warning', 'Model', 'None: only its matrices can be quantized'],
    ['ok', 'Matrices', '29 matrices, each by itself'],
    ['skipped', 'Inputs', 'None given: H = I for every matrix'],
    ['skipped', '9 tensors', 'No matrices, left alone'],
  ])
})

test('a model on a server with the addresses of the Hub, and one that is not there', async () => {
  const files = await checkpointFiles()
  const bytes = await Promise.all(
    files.map(async ({ path, blob }) => [path, new Uint8Array(await blob.arrayBuffer())] as const),
  )
  await using server = await hubServer('owner/tiny', Object.fromEntries(bytes))
  const source = { kind: 'hub', name: 'owner/tiny', id: 'owner/tiny', endpoint: server.endpoint } as const
  const good = await openSource(source, nobody)
  expect(good?.report).toMatchObject({ name: 'owner/tiny', from: 'hub', files: 4, model: { blocks: 4 } })
  const requested = server.asked.filter((path) => path.startsWith('/cdn/model.safetensors'))
  expect(requested).toHaveLength(1)
  const bad = await openSource({ ...source, id: 'owner/none' }, nobody)
  expect(rows(bad?.report.checks ?? [], 'error')).toEqual([
    expect.stringMatching(/^Checkpoint \| owner\/none on .*: the server answered 404: there is no such model/),
  ])
})

test('lines fill one by one, from pending to what was found', async () => {
  const files = await changed((tensor) => tensor, 3)
  const reports: Check[][] = []
  const report = ({ checks }: { checks: Check[] }) => reports.push(structuredClone(checks))
  const result = await openSource({ kind: 'files', name: 'given', files }, { ...nobody, report })
  const subjects = ['config.json', 'Weights', 'tokenizer.json', 'Output head', 'Shapes', 'Values']
  expect(rows(reports[0], 'pending').map((row) => row.split(' | ')[0])).toEqual(subjects)
  expect(rows(reports[1], 'ok')).toEqual(['config.json | model_type llama'])
  expect(reports.flatMap((checks) => rows(checks, 'ok'))).toContain('Weights | Headers of 3 of 3 files read')
  // Nothing that was found is taken back, and nothing is found twice.
  for (const [i, checks] of reports.slice(1).entries())
    expect(checks.filter(({ status }) => status === 'pending').length).toBeLessThanOrEqual(
      reports[i].filter(({ status }) => status === 'pending').length,
    )
  const last = reports.at(-1)!
  expect(rows(last, 'pending').map((row) => row.split(' | ')[0])).toEqual(['Values'])
  expect(rows(last, 'ok')).toContain('Shards | 3 of 3: 38 tensors, F32')
  expect(rows(result?.report.checks ?? [], 'pending')).toEqual([])
})
