// What arrives is counted while it passes; a failure of the network keeps its reason and gains what may be behind it.
import { expect, test } from 'vitest'
import { hubFiles, hubModel } from '../formats/hub.ts'
import { Kept } from '../formats/kept.ts'
import { memoryStore } from '../test/byte-store.ts'
import { hubServer, type Manners } from '../test/hub-server.ts'
import { reach, Requests } from './reach.ts'

const requests = new Requests(new AbortController().signal)

test('bytes are counted piece by piece, and pass unchanged', async () => {
  const pieces: number[] = []
  const body = new Uint8Array(70_000).map((_, i) => i % 251)
  const fetch = () =>
    Promise.resolve(new Response(body, { status: 206, headers: { 'Content-Range': 'bytes 0-69999/9' } }))
  const access = reach({ token: 'hf_x', requests, arrived: (bytes) => pieces.push(bytes), fetch })
  expect(access).toMatchObject({ token: 'hf_x' })
  const response = await access.net!.fetch('http://127.0.0.1/x')
  expect([response.status, response.headers.get('Content-Range')]).toEqual([206, 'bytes 0-69999/9'])
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(body)
  expect(pieces.reduce((sum, bytes) => sum + bytes, 0)).toBe(70_000)
})

test('a request that does not get through', async () => {
  const fetch = () => Promise.reject(new TypeError('Failed to fetch'))
  const access = reach({ requests, arrived: () => {}, fetch })
  await expect(access.net!.fetch('http://127.0.0.1/x')).rejects.toThrow(
    'Failed to fetch: there is no connection, or the server does not answer pages of other origins',
  )
})

test('requests in flight are ended for now, or for good', async () => {
  const manners: Manners = { silent: 1 }
  const content = Uint8Array.from({ length: 900 }, (_, i) => i % 251)
  await using server = await hubServer('a/b', { content }, manners)
  const end = new AbortController()
  const requests = new Requests(end.signal)
  const access = reach({ requests, arrived: () => {} })
  const { files } = await hubFiles(hubModel('a/b', server.endpoint), access, new Kept(memoryStore(), expect.fail))
  const read = async () => new Uint8Array(await files[0].blob.slice(0, 900).arrayBuffer())
  const reading = expect(read()).rejects.toThrow('stopped')
  await expect.poll(() => server.asked.at(-1)).toMatch(/^\/cdn/)
  const before = performance.now()
  requests.interrupt(new Error('stopped'))
  await reading
  expect(performance.now() - before).toBeLessThan(1000)
  expect(await read()).toEqual(content)
  end.abort(new Error('closed'))
  expect(access.signal?.reason).toMatchObject({ message: 'closed' })
})
