// What arrives is counted while it passes; a failure of the network keeps its reason and gains what may be behind it.
import { expect, test } from 'vitest'
import { reach } from './reach.ts'

const { signal } = new AbortController()

test('bytes are counted piece by piece, and pass unchanged', async () => {
  const pieces: number[] = []
  const body = new Uint8Array(70_000).map((_, i) => i % 251)
  const fetch = () =>
    Promise.resolve(new Response(body, { status: 206, headers: { 'Content-Range': 'bytes 0-69999/9' } }))
  const access = reach({ token: 'hf_x', signal, arrived: (bytes) => pieces.push(bytes), fetch })
  expect(access).toMatchObject({ token: 'hf_x', signal })
  const response = await access.net!.fetch('http://127.0.0.1/x')
  expect([response.status, response.headers.get('Content-Range')]).toEqual([206, 'bytes 0-69999/9'])
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(body)
  expect(pieces.reduce((sum, bytes) => sum + bytes, 0)).toBe(70_000)
})

test('a request that does not get through', async () => {
  const fetch = () => Promise.reject(new TypeError('Failed to fetch'))
  const access = reach({ signal, arrived: () => {}, fetch })
  await expect(access.net!.fetch('http://127.0.0.1/x')).rejects.toThrow(
    'Failed to fetch: there is no connection, or the server does not answer pages of other origins',
  )
})
