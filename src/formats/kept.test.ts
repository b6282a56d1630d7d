// Bytes of a far file are requested once, whatever is read of it in which order, and also where they cannot be kept.
import { expect, test } from 'vitest'
import { checkpointFiles } from '../test/bundled.ts'
import { memoryStore } from '../test/byte-store.ts'
import { id, served } from '../test/served-hub.ts'
import { openCheckpoint } from './checkpoint.ts'
import { hubFiles, hubModel } from './hub.ts'
import { type ByteStore, Kept } from './kept.ts'
import type { ByteSource } from './range.ts'

const size = 1000
const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7) % 251)

/** A far file, what was asked of it, and what was said about its store. */
function far(store: ByteStore, refuse = (): Error | undefined => undefined) {
  const asked: [number, number][] = []
  const said: string[] = []
  const source: ByteSource = {
    size,
    far: true,
    content: 'its name',
    slice: (start, end) => ({
      async arrayBuffer() {
        asked.push([start, end])
        await new Promise((resolve) => setTimeout(resolve))
        const error = refuse()
        if (error) throw error
        return bytes.slice(start, end).buffer
      },
    }),
  }
  const file = new Kept(store, (reason) => said.push(reason)).file(source)
  const read = async (start: number, end: number) => {
    expect(new Uint8Array(await file.slice(start, end).arrayBuffer())).toEqual(bytes.slice(start, end))
  }
  return { file, read, asked, said }
}

test('of every range only what is not there yet is requested', async () => {
  const store = memoryStore()
  const { file, read, asked, said } = far(store)
  expect(file).toMatchObject({ size, far: true, content: 'its name' })
  await read(100, 200)
  await read(300, 400)
  await read(120, 180)
  expect(asked).toEqual([
    [100, 200],
    [300, 400],
  ])
  await read(50, 450)
  expect(asked.slice(2)).toEqual([
    [50, 100],
    [200, 300],
    [400, 450],
  ])
  await read(50, 450)
  await read(99, 301)
  await read(450, 460)
  await read(440, 470)
  expect(asked.slice(5)).toEqual([
    [450, 460],
    [460, 470],
  ])
  expect(store.bytes).toBe(420)
  expect(said).toEqual([])
})

test('what is being requested is waited for, with its fate', async () => {
  let failures = 1
  const { read, asked } = far(memoryStore(), () => (failures-- > 0 ? new Error('it was called off') : undefined))
  const ranges = [
    [0, 100],
    [50, 60],
    [90, 150],
  ] as const
  const ended = await Promise.allSettled(ranges.map(([start, end]) => read(start, end)))
  expect(ended.map((one) => one.status === 'rejected' && (one.reason as Error).message)).toEqual(
    ranges.map(() => 'it was called off'),
  )
  await Promise.all(ranges.map(([start, end]) => read(start, end)))
  expect(asked).toEqual([
    [0, 100],
    [0, 100],
    [100, 150],
  ])
})

test('a store that is full or loses its bytes is said once, and everything stays right', async () => {
  const full = far(memoryStore(150))
  for (let pass = 0; pass < 2; pass++) for (const start of [0, 100, 200]) await full.read(start, start + 100)
  expect(full.asked).toEqual([
    [0, 100],
    [100, 200],
    [200, 300],
    [100, 200],
    [200, 300],
  ])
  expect(full.said).toEqual(['the disk is full'])
  const store = memoryStore()
  const lost = far(store)
  await lost.read(0, 100)
  store.gone = true
  for (let pass = 0; pass < 2; pass++) await lost.read(0, 120)
  expect(lost.said).toEqual(['the file is gone'])
  expect(lost.asked).toHaveLength(1 + 3)
})

test('a second pass over a model on a server makes no request', async () => {
  const local = await openCheckpoint('x', await checkpointFiles())
  const pass = async (read: typeof local) => {
    for (const name of local.tensors.keys()) {
      const [given, expected] = [await read.floats(name), await local.floats(name)]
      expect(Buffer.compare(Buffer.from(given.buffer), Buffer.from(expected.buffer)), name).toBe(0)
    }
  }
  const store = memoryStore()
  const { asked } = await served({}, async (_, endpoint) => {
    const { files } = await hubFiles(hubModel(id, endpoint), {}, new Kept(store, expect.fail))
    const checkpoint = await openCheckpoint('x', files)
    await pass(checkpoint)
    const before = store.bytes
    // A new reading of headers and tensors, as another pass is one with nothing left in memory.
    await pass(await openCheckpoint('x', files))
    expect(store.bytes).toBe(before)
  })
  const weights = asked.flatMap((path) => /^\/cdn\/model\.safetensors bytes=(\d+)-(\d+)$/.exec(path)?.slice(1) ?? [])
  expect(weights).toHaveLength(4)
  expect(store.bytes).toBe(local.bytes)
})
