// A file behind an address: dropped connections, servers that send less, more or something else than was asked for.
import { expect, test } from 'vitest'
import { checkpointFiles } from '../test/bundled.ts'
import { hubServer, type Manners } from '../test/hub-server.ts'
import { id, served } from '../test/served-hub.ts'
import { openCheckpoint } from './checkpoint.ts'
import { InputError } from './errors.ts'
import { remoteFile } from './hub-file.ts'
import { net } from './hub-request.ts'

test('a dropped connection is taken up where it ended', async () => {
  const local = await openCheckpoint('x', await checkpointFiles())
  const tensor = 'model.embed_tokens.weight'
  const { asked, waits } = await served({ drop: { bytes: 70_000, times: 3 } }, async (open) => {
    expect(await (await open()).floats(tensor)).toEqual(await local.floats(tensor))
  })
  const starts = asked
    .flatMap((path) => /^\/cdn\/model\.safetensors bytes=(\d+)-/.exec(path)?.[1] ?? [])
    .map(Number)
    .slice(-4)
  expect(starts.map((start) => start - starts[0])).toEqual([0, 70_000, 140_000, 210_000])
  expect(waits).toEqual([250, 250, 250])
})

test.each<[string, Manners, RegExp]>([
  [
    'replaced, by its tag',
    { contentHeaders: (sent) => ({ ETag: sent < 2 ? 'W/"a"' : '"b"' }) },
    /model\.safetensors: its ETag was "a" and is "b": it was replaced; open the model again$/,
  ],
  [
    'replaced, by its length',
    { contentHeaders: () => ({ 'Content-Range': 'bytes 0-9/10' }) },
    /: the server has 10 bytes, its list says \d+: it was replaced/,
  ],
  [
    'shorter than listed',
    { contentStatus: 416, contentHeaders: () => ({ 'Content-Range': 'bytes */7' }) },
    /: the server has 7 bytes of it, its list says \d+: it was replaced/,
  ],
  [
    'another range',
    { contentHeaders: () => ({ 'Content-Range': 'bytes 5-9/*' }) },
    /: the server sent bytes from 5 on, asked for those from 0 on$/,
  ],
  [
    'packed',
    { contentHeaders: () => ({ 'Content-Encoding': 'gzip' }) },
    /: the server packs ranges \(Content-Encoding gzip\), which cannot be unpacked$/,
  ],
])('a file that is %s', async (_, manners, message) => {
  const { result } = await served(manners, async (open) => {
    const work = async () => (await open()).floats('model.norm.weight')
    const error: unknown = await work().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(InputError)
    return (error as Error).message
  })
  expect(result).toMatch(message)
})

test('a server that sends less at a time than it is asked for', async () => {
  const local = await openCheckpoint('x', await checkpointFiles())
  const { waits } = await served({ most: 300_000 }, async (open) => {
    const tensor = 'model.embed_tokens.weight'
    expect(await (await open()).floats(tensor)).toEqual(await local.floats(tensor))
  })
  expect(waits).toEqual([])
})

test('a server that ignores ranges: small files are kept whole, of large ones the bytes are picked', async () => {
  const local = await openCheckpoint('x', await checkpointFiles())
  const { asked } = await served({ ignoresRanges: true }, async (open) => {
    const checkpoint = await open()
    for (const tensor of ['model.norm.weight', 'model.layers.0.mlp.up_proj.weight'])
      expect(await checkpoint.floats(tensor)).toEqual(await local.floats(tensor))
  })
  expect(asked.filter((path) => path.startsWith('/cdn/model.safetensors'))).toHaveLength(1)
  const large = new Uint8Array(17 << 20).map((_, i) => i % 251)
  await using server = await hubServer(id, { large }, { ignoresRanges: true, drop: { bytes: 9_000_000, times: 1 } })
  const read = (size: number, start: number, end: number) => {
    const url = `${server.endpoint}/${id}/resolve/main/large`
    return remoteFile({ url, what: 'large', size }, { net: { ...net, wait: () => Promise.resolve() } })
      .slice(start, end)
      .arrayBuffer()
  }
  expect(Buffer.compare(Buffer.from(await read(large.length, 8e6, 10e6)), large.subarray(8e6, 10e6))).toBe(0)
  expect(server.asked.filter((path) => path.startsWith('/cdn'))).toHaveLength(2)
  await expect(read(large.length + 1, 0, 8)).rejects.toThrow(
    'large: the server sends 17825792 bytes, its list says 17825793: it was replaced; open the model again',
  )
})

test('of a stream that ignores ranges no more than 256 MiB may pass', async () => {
  const url = 'https://hub.example/large'
  const fetch = () => Promise.resolve(new Response('whole', { status: 200 }))
  const file = remoteFile({ url, what: 'large', size: 6e9 }, { net: { ...net, fetch } })
  await expect(file.slice(5e9, 5e9 + 8).arrayBuffer()).rejects.toThrow(
    'large: the server ignores ranges: 5000000000 bytes would pass before the ones wanted, at most 268435456 may. ' +
      'Download it, and open the folder',
  )
})
