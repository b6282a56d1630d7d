// Bytes of a model on a server, in a file without a name: it is gone when the process ends, in whatever way.
import { existsSync, openSync, read, rmSync, write } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ByteStore } from '../formats/kept.ts'

const [readAt, writeAt] = [promisify(read), promisify(write)]
let files = 0

/** A file that is made for the first bytes. */
export function temporaryStore(): ByteStore {
  let file: number | undefined
  let size = 0
  return {
    async append(bytes) {
      file ??= openNameless()
      const at = size
      size += bytes.length
      for (let done = 0; done < bytes.length;)
        done += (await writeAt(file, bytes, done, bytes.length - done, at + done)).bytesWritten
      return at
    },
    async read(at, bytes) {
      if (file === undefined) throw new Error('nothing was put down')
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await readAt(file, bytes, done, bytes.length - done, at + done)
        if (!bytesRead) throw new Error(`${done} of ${bytes.length} bytes could be read back`)
        done += bytesRead
      }
    },
  }
}

/** A file that nobody else can open: its name is taken away at once. */
function openNameless(): number {
  // Where /tmp lies in memory, /var/tmp does not.
  const folder = process.env.TMPDIR ?? (existsSync('/var/tmp') ? '/var/tmp' : tmpdir())
  const path = join(folder, `cdquant-requested-${process.pid}-${files++}`)
  const file = openSync(path, 'wx+', 0o600)
  rmSync(path)
  return file
}
