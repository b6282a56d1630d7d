// The file in which a browser keeps what was requested, on a disk and with locks of the test's own: who makes one, who
// deletes it, and what happens without room.
import { expect, test } from 'vitest'
import { browserStore, deleteLeftovers, type Disk } from './browser-store.ts'

/** A disk that several tabs share; its files have room for so many bytes. */
function sharedDisk(room = Infinity) {
  const files = new Map<string, Uint8Array>()
  const held = new Map<string, Promise<unknown>>()
  const folder = {
    keys: () => files.keys(),
    removeEntry: (name: string) => (files.delete(name) ? Promise.resolve() : Promise.reject(new Error('not there'))),
    getFileHandle: (name: string) => {
      let bytes = files.get(name) ?? new Uint8Array(100)
      files.set(name, bytes)
      const handle = {
        truncate: () => files.set(name, (bytes = new Uint8Array(100))),
        write(some: Uint8Array, { at }: { at: number }) {
          const taken = some.subarray(0, Math.max(0, room - at))
          bytes.set(taken, at)
          return taken.length
        },
        read: (some: Uint8Array, { at }: { at: number }) => (
          some.set(bytes.subarray(at, at + some.length)),
          some.length
        ),
        close: () => {},
      }
      return Promise.resolve({ createSyncAccessHandle: () => Promise.resolve(handle) })
    },
  }
  const request = async (name: string, ...rest: unknown[]) => {
    const work = rest.at(-1) as (lock: object | null) => unknown
    if (rest.length > 1 && held.has(name)) return work(null)
    while (held.has(name)) await held.get(name)
    const over = Promise.resolve(work({ name })).finally(() => held.delete(name))
    held.set(name, over)
    return over
  }
  const storage = { getDirectory: () => Promise.resolve({ getDirectoryHandle: () => Promise.resolve(folder) }) }
  return { files, disk: { storage, locks: { request } } as unknown as Disk }
}

const bytes = (...given: number[]) => Uint8Array.from(given)

test('a file for the first bytes, another one beside it, and none when the models are closed', async () => {
  const { files, disk } = sharedDisk()
  const ends = [new AbortController(), new AbortController()]
  const [one, two] = ends.map(({ signal }) => browserStore(disk, signal))
  expect(files.size).toBe(0)
  expect([await one.append(bytes(1, 2, 3)), await one.append(bytes(4)), await two.append(bytes(5))]).toEqual([0, 3, 0])
  const read = bytes(0, 0)
  await one.read(2, read)
  expect(read).toEqual(bytes(3, 4))
  expect([...files.keys()]).toEqual(['0', '1'])
  ends[0].abort()
  await expect.poll(() => [...files.keys()]).toEqual(['1'])
  const third = browserStore(disk, new AbortController().signal)
  await third.append(bytes(6))
  expect([...files.keys()].sort()).toEqual(['0', '1'])
})

test('what closed tabs have left is deleted, what is in use when it is let go', async () => {
  const { files, disk } = sharedDisk()
  const end = new AbortController()
  await browserStore(disk, end.signal).append(bytes(1))
  files.set('7', bytes(1))
  const deleted = deleteLeftovers(disk)
  await expect.poll(() => [...files.keys()]).toEqual(['0'])
  end.abort()
  await deleted
  expect(files.size).toBe(0)
})

test('without room or without a disk it says so', async () => {
  const { signal } = new AbortController()
  const store = browserStore(sharedDisk(3).disk, signal)
  await store.append(bytes(1, 2))
  await expect(store.append(bytes(3, 4))).rejects.toThrow('1 of 2 bytes could be written')
  const none = { storage: undefined, locks: undefined }
  await expect(browserStore(none, signal).append(bytes(1))).rejects.toThrow('this browser lends pages no disk here')
  await deleteLeftovers(none)
  const { files, disk } = sharedDisk()
  await expect(browserStore(disk, AbortSignal.abort()).append(bytes(1))).rejects.toThrow('aborted')
  await expect.poll(() => files.size).toBe(0)
})
