// A model read from a server on this machine with the Hub's addresses: what is asked for, and what is said when a server
// refuses, drops, is busy or ignores ranges.
import { expect, test } from 'vitest'
import { checkpointFiles } from '../test/bundled.ts'
import { hubServer, type Manners } from '../test/hub-server.ts'
import { openCheckpoint } from './checkpoint.ts'
import { InputError } from './errors.ts'
import { hubFiles, hubModel } from './hub.ts'
import { net } from './hub-file.ts'

const id = 'owner/tiny-tales-1m'

async function bundled(): Promise<Record<string, Uint8Array>> {
  const files = await checkpointFiles()
  return Object.fromEntries(
    await Promise.all(files.map(async ({ path, blob }) => [path, new Uint8Array(await blob.arrayBuffer())] as const)),
  )
}

/** Serves the bundled model, opens it, and does something; waits are counted instead of waited. */
async function served<T>(
  manners: Manners,
  work: (open: () => ReturnType<typeof openCheckpoint>) => Promise<T>,
  more = {},
) {
  await using server = await hubServer(id, { ...(await bundled()), ...more }, manners)
  const waits: number[] = []
  const world = { ...net, wait: (ms: number) => (waits.push(ms), Promise.resolve()) }
  const result = await work(async () => {
    const { name, files } = await hubFiles(hubModel(id, server.endpoint), { net: world })
    return openCheckpoint(name, files)
  })
  return { result, asked: server.asked, waits, endpoint: server.endpoint }
}

const refusal = (manners: Manners, more = {}) =>
  served(
    manners,
    async (open) => {
      const error: unknown = await open().catch((error: unknown) => error)
      expect(error).toBeInstanceOf(InputError)
      return (error as Error).message
    },
    more,
  )

test('only headers and small files are requested to open, and a tensor by its own range', async () => {
  const local = await openCheckpoint('x', await checkpointFiles())
  const tensor = 'model.layers.2.mlp.up_proj.weight'
  const { asked, waits } = await served({}, async (open) => {
    const checkpoint = await open()
    expect(checkpoint).toMatchObject({ name: 'tiny-tales-1m', bytes: local.bytes, config: local.config })
    expect(await checkpoint.floats(tensor, 100, 50)).toEqual(await local.floats(tensor, 100, 50))
    expect(await checkpoint.floats(tensor)).toEqual(await local.floats(tensor))
  })
  const weights = asked.filter((path) => path.startsWith('/cdn/model.safetensors'))
  expect(weights).toHaveLength(4)
  expect(weights[0]).toBe('/cdn/model.safetensors bytes=0-7')
  expect(asked.filter((path) => !path.includes('bytes='))).toEqual([`/api/models/${id}/tree/main`])
  expect(waits).toEqual([])
})

test('a dropped connection is taken up where it ended', async () => {
  const local = await openCheckpoint('x', await checkpointFiles())
  const tensor = 'model.embed_tokens.weight'
  const { asked, waits } = await served({ drop: { bytes: 60_000, times: 3 } }, async (open) => {
    expect(await (await open()).floats(tensor)).toEqual(await local.floats(tensor))
  })
  const starts = asked
    .flatMap((path) => /^\/cdn\/model\.safetensors bytes=(\d+)-/.exec(path)?.[1] ?? [])
    .map(Number)
    .slice(-4)
  expect(starts.map((start) => start - starts[0])).toEqual([0, 60_000, 120_000, 180_000])
  expect(waits).toEqual([250, 250, 250])
})

test('a busy server is asked again, after longer and longer waits', async () => {
  const { waits } = await served({ busy: 3 }, (open) => open())
  expect(waits).toEqual([250, 500, 1000])
  const { result } = await refusal({ status: 503 })
  expect(result).toMatch(/^owner\/tiny-tales-1m on 127\.0\.0\.1:\d+: the server answered 503 .*asked 5 times$/)
})

test.each([
  [401, 'the server answered 401: it does not exist, is private or is gated; download it where you have access'],
  [403, 'the server answered 403: it is gated or closed to you; download it where you have access'],
  [404, 'the server answered 404: there is no such model, revision or file'],
])('%i is said with what to do', async (status, message) => {
  const { result, asked } = await refusal({ status })
  expect(result).toContain(message)
  expect(asked).toHaveLength(1)
})

test('a server that ignores ranges: small files are read whole, once; a large one is refused', async () => {
  const local = await openCheckpoint('x', await checkpointFiles())
  const { asked } = await served({ ignoresRanges: true }, async (open) => {
    const checkpoint = await open()
    for (const tensor of ['model.norm.weight', 'model.layers.0.mlp.up_proj.weight'])
      expect(await checkpoint.floats(tensor)).toEqual(await local.floats(tensor))
  })
  expect(asked.filter((path) => path.startsWith('/cdn/model.safetensors'))).toHaveLength(1)
  const large = new Uint8Array(17 << 20)
  large.set(new Uint8Array(await (await checkpointFiles(['model.safetensors']))[0].blob.slice(0, 8).arrayBuffer()))
  const { result } = await refusal({ ignoresRanges: true }, { 'model.safetensors': large })
  expect(result).toBe(
    'owner/tiny-tales-1m/model.safetensors: the server ignores ranges and would send all 17825792 bytes; ' +
      'files up to 16777216 bytes are read so. Download it, and open the folder',
  )
})

test('nothing there to answer', async () => {
  const { endpoint } = await served({}, () => Promise.resolve())
  const world = { ...net, wait: () => Promise.resolve() }
  await expect(hubFiles(hubModel(id, endpoint), { net: world })).rejects.toThrow(
    /^owner\/tiny-tales-1m on 127\.0\.0\.1:\d+: 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\), asked 5 times$/,
  )
})

test('ids and addresses', () => {
  const hub = { endpoint: 'https://huggingface.co', revision: 'main' }
  expect(hubModel('a/b-1.5')).toEqual({ ...hub, id: 'a/b-1.5' })
  expect(hubModel('a/b@refs/pr/1', 'http://x:1/')).toEqual({ id: 'a/b', endpoint: 'http://x:1', revision: 'refs/pr/1' })
  expect(hubModel('https://huggingface.co/a/b')).toEqual({ ...hub, id: 'a/b' })
  expect(hubModel('https://huggingface.co/a/b/tree/v2')).toEqual({ ...hub, id: 'a/b', revision: 'v2' })
  expect(hubModel('https://hf.example/a/b/blob/main/q8.gguf')).toEqual({
    id: 'a/b',
    endpoint: 'https://hf.example',
    revision: 'main',
    file: 'q8.gguf',
  })
  for (const bad of [
    '',
    'a',
    'a/b/c',
    '../b',
    './b',
    'a b/c',
    'https://huggingface.co/',
    'https://huggingface.co/a/b/discussions',
  ])
    expect(() => hubModel(bad), bad).toThrow('is neither an id such as owner/name nor the address')
  expect(() => hubModel('a/b', 'ftp://x')).toThrow(
    "the endpoint 'ftp://x' is no address such as https://huggingface.co",
  )
})
