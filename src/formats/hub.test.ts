// A model read from a server on this machine with the Hub's addresses: what is asked for, as whom, and what is said when
// a server refuses, is busy or falls silent.
import { expect, test } from 'vitest'
import { checkpointFiles } from '../test/bundled.ts'
import { hubServer, type Manners } from '../test/hub-server.ts'
import { id, refusal, served } from '../test/served-hub.ts'
import { openCheckpoint } from './checkpoint.ts'
import { type HubFiles, hubFiles, hubModel } from './hub.ts'
import { net } from './hub-request.ts'

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
  // The header, then all weights: they are small enough to come together.
  expect(weights).toHaveLength(2)
  expect(weights[0]).toBe('/cdn/model.safetensors bytes=0-65535')
  const api = `/api/models/${id}`
  expect(asked.filter((path) => !path.includes('bytes='))).toEqual([`${api}/revision/main`, `${api}/tree/main`])
  expect(waits).toEqual([])
})

test('a model is read at one commit, while its branch moves on', async () => {
  const [before, after] = ['a'.repeat(40), 'b'.repeat(40)]
  const config = (vocabulary: number) => new TextEncoder().encode(JSON.stringify({ vocabulary }))
  const weights = new Uint8Array(9)
  const manners: Manners = { commits: { [before]: { 'config.json': config(1), weights } } }
  await using server = await hubServer(id, {}, manners)
  const open = (revision: string) => hubFiles({ ...hubModel(id, server.endpoint), revision })
  const read = ({ files }: HubFiles) => Promise.all(files.map(({ blob }) => blob.slice(0, blob.size).arrayBuffer()))
  const opened = await open('main')
  expect(opened.commit).toBe(before)
  manners.commits = { ...manners.commits, [after]: { 'config.json': config(22) } }
  expect((await read(opened)).map((bytes) => new Uint8Array(bytes))).toEqual([config(1), weights])
  const moved = await open('main')
  expect([moved.commit, moved.files.length]).toEqual([after, 1])
  expect(new Uint8Array((await read(moved))[0])).toEqual(config(22))
  // What names a commit already is not asked for one.
  server.asked.length = 0
  expect((await open(before)).commit).toBe(before)
  expect(server.asked).toEqual([`/api/models/${id}/tree/${before}`])
})

test('the contents of files by the names that the list gives them, where these are digests', async () => {
  expect((await served({}, (open) => open())).result.contents).toBeUndefined()
  const oid = 'b1946ac92492d2347c6235b4d2611184b1946ac9'
  expect((await served({ oid }, (open) => open())).result.contents).toEqual([oid])
})

test('a busy server is asked again, after longer and longer waits', async () => {
  const { waits } = await served({ busy: 3 }, (open) => open())
  expect(waits).toEqual([250, 500, 1000])
  const { result } = await refusal({ status: 503 })
  expect(result).toMatch(/^owner\/tiny-tales-1m on 127\.0\.0\.1:\d+: the server answered 503, asked 5 times$/)
})

test('a server that says how long to wait is obeyed, up to a minute', async () => {
  expect((await served({ busy: 2, busyStatus: 429 }, (open) => open())).waits).toEqual([2000, 4000])
  expect((await served({ busy: 2, busyStatus: 429, retryAfter: '7' }, (open) => open())).waits).toEqual([7000, 7000])
  const date = new Date(Date.now() + 30_000).toUTCString()
  const { waits } = await served({ busy: 1, retryAfter: date }, (open) => open())
  expect(waits).toHaveLength(1)
  expect(Math.abs(waits[0] - 30_000)).toBeLessThan(3000)
  expect((await refusal({ status: 429, retryAfter: '61' })).result).toMatch(
    /: the server answered 429 and asks to wait 61 s; try again after that$/,
  )
})

test('a server that falls silent is asked again', async () => {
  const { waits } = await served({ silent: 2 }, (open) => open())
  expect(waits).toEqual([250, 500])
  expect((await refusal({ silent: 5 })).result).toMatch(/cannot be reached \(nothing came for 0\.2 s\), asked 5 times$/)
})

test('a token is sent to the endpoint alone, and never in the open', async () => {
  const { asked, authorizations } = await served({ apart: true }, (open) => open(), {}, { token: 'hf_1' })
  expect(asked.length).toBeGreaterThan(8)
  for (const [i, path] of asked.entries())
    expect(authorizations[i], path).toBe(path.startsWith('/cdn/') ? undefined : 'Bearer hf_1')
  expect((await served({}, (open) => open())).authorizations.every((one) => one === undefined)).toBe(true)
  expect((await refusal({ status: 403 }, {}, { token: 'hf_1' })).result).toMatch(
    /: the server answered 403 with the token that was given: it is gated or closed to you; download it/,
  )
  const list = (token: string, endpoint?: string) => hubFiles(hubModel(id, endpoint), { token })
  await expect(list('hf_1\nX: y')).rejects.toThrow('the token is empty or has characters that no token has')
  await expect(list('hf_1', 'http://hub.example')).rejects.toThrow(
    'a token is not sent to http://hub.example without encryption; https is needed',
  )
})

test('what is called off ends at once, with the reason', async () => {
  const called = new AbortController()
  await served(
    { silent: 1 },
    async (open) => {
      setTimeout(() => called.abort(), 20)
      await expect(open()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    },
    {},
    { signal: called.signal, net },
  )
  const later = new AbortController()
  await served(
    {},
    async (open) => {
      const checkpoint = await open()
      later.abort()
      await expect(checkpoint.floats('model.norm.weight')).rejects.toBe(later.signal.reason)
    },
    {},
    { signal: later.signal },
  )
  const waiting = new AbortController()
  setTimeout(() => waiting.abort(), 20)
  await expect(net.wait(60_000, waiting.signal)).rejects.toMatchObject({ name: 'AbortError' })
})

test.each([
  [
    401,
    'the server answered 401: it does not exist, is private or is gated; give a token that may read it, or download',
  ],
  [
    403,
    'the server answered 403: it is gated or closed to you; give a token that may read it, or download it where you',
  ],
  [404, 'the server answered 404: there is no such model, revision or file'],
])('%i is said with what to do', async (status, message) => {
  const { result, asked } = await refusal({ status })
  expect(result).toContain(message)
  // A server that knows of no revision may still have a list.
  expect(asked).toHaveLength(status === 404 ? 2 : 1)
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
