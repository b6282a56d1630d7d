// Bytes of a model on a server, in a file on the browser's own disk (Origin Private File System) for as long as that model
// is open. A lock of the file's name tells other tabs that it is in use, and is let go with the tab, however it ends:
// what is left then is deleted by a tab that is there, or by the next.
import type { ByteStore } from '../formats/kept.ts'

/** What browsers lend to a page in a secure context; private windows may lack the first. */
export interface Disk {
  storage: Pick<StorageManager, 'getDirectory'> | undefined
  locks: Pick<LockManager, 'request'> | undefined
}

/** What only workers can do with a file, which TypeScript's types for pages leave out. */
interface OpenFile {
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number
  read(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number
  truncate(size: number): void
  close(): void
}
type WorkersFile = FileSystemFileHandle & { createSyncAccessHandle(): Promise<OpenFile> }

const FOLDER = 'requested'
const lockOf = (name: string) => `${FOLDER}/${name}`

/** A file that is made for the first bytes, and deleted once the signal is aborted. */
export function browserStore(disk: Disk, signal: AbortSignal): ByteStore {
  let file: Promise<OpenFile> | undefined
  let size = 0
  return {
    async append(bytes) {
      const handle = await (file ??= newFile(disk, signal))
      const at = size
      const written = handle.write(bytes, { at })
      if (written < bytes.length) throw new Error(`${written} of ${bytes.length} bytes could be written`)
      size += written
      return at
    },
    async read(at, bytes) {
      const read = (await file)?.read(bytes, { at }) ?? 0
      if (read < bytes.length) throw new Error(`${read} of ${bytes.length} bytes could be read back`)
    },
  }
}

async function newFile({ storage, locks }: Disk, signal: AbortSignal): Promise<OpenFile> {
  if (!storage || !locks) throw new Error('this browser lends pages no disk here')
  const folder = await (await storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true })
  for (let number = 0; ; number++) {
    const name = String(number)
    const release = await freeLock(locks, lockOf(name))
    if (!release) continue
    let handle: OpenFile | undefined
    const remove = async () => {
      handle?.close()
      // What cannot be deleted now is deleted as what a closed tab left.
      await folder.removeEntry(name).catch(() => {})
      release()
    }
    try {
      const file = (await folder.getFileHandle(name, { create: true })) as WorkersFile
      handle = await file.createSyncAccessHandle()
      handle.truncate(0)
      signal.throwIfAborted()
    } catch (error) {
      await remove()
      throw error
    }
    signal.addEventListener('abort', () => void remove(), { once: true })
    return handle
  }
}

/** Takes a lock, and gives what lets it go; undefined where another has it. */
function freeLock(locks: NonNullable<Disk['locks']>, name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) =>
        lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined),
      )
      .catch(reject)
  })
}

/** Deletes what closed tabs have left, now, and what those that are open now leave, when they are closed. */
export async function deleteLeftovers({ storage, locks }: Disk): Promise<void> {
  if (!storage || !locks) return
  const folder = await (await storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true })
  const names: string[] = []
  for await (const name of folder.keys()) names.push(name)
  await Promise.all(names.map((name) => locks.request(lockOf(name), () => folder.removeEntry(name).catch(() => {}))))
}
