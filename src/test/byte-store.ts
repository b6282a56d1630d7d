// A store of bytes in memory, for what is kept on a disk elsewhere; it has room for so many bytes.
import type { ByteStore } from '../formats/kept.ts'

export function memoryStore(room = Infinity): ByteStore & { bytes: number; gone: boolean } {
  const parts = new Map<number, Uint8Array>()
  const store = {
    bytes: 0,
    /** Set by a test: nothing can be read any more. */
    gone: false,
    append(bytes: Uint8Array) {
      if (store.bytes + bytes.length > room) return Promise.reject(new Error('the disk is full'))
      const at = store.bytes
      parts.set(at, bytes.slice())
      store.bytes += bytes.length
      return Promise.resolve(at)
    },
    read(at: number, bytes: Uint8Array) {
      if (store.gone) return Promise.reject(new Error('the file is gone'))
      const [from, part] = [...parts].findLast(([from]) => from <= at)!
      for (let done = 0, [begin, rest] = [at - from, part]; done < bytes.length; begin = 0) {
        const some = rest.subarray(begin, begin + bytes.length - done)
        bytes.set(some, done)
        done += some.length
        rest = parts.get(at + done) ?? rest
      }
      return Promise.resolve()
    },
  }
  return store
}
