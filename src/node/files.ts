// Files of the machine as Blobs, which the rest reads by ranges.
import { openAsBlob } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { InputError } from '../formats/errors.ts'

/** Paths count from where the user stands, which npm notes before it changes folders. */
export const fromHere = (path: string) => resolve(process.env.INIT_CWD ?? process.cwd(), path)

/** @throws InputError when the path does not exist or cannot be read. */
export async function fileBlob(path: string): Promise<Blob> {
  const facts = await stat(fromHere(path)).catch((error: unknown) => unreadable(path, error))
  if (!facts.isFile()) throw new InputError(`${path} is not a file`)
  return openAsBlob(fromHere(path)).catch((error: unknown) => unreadable(path, error))
}

/** The files directly inside a folder. @throws InputError */
export async function folderBlobs(path: string): Promise<{ name: string; files: { path: string; blob: Blob }[] }> {
  const entries = await readdir(fromHere(path), { withFileTypes: true }).catch((error: unknown) =>
    unreadable(path, error),
  )
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)
  const blobs = await Promise.all(
    files.sort().map(async (name) => ({ path: name, blob: await fileBlob(join(path, name)) })),
  )
  return { name: basename(fromHere(path)), files: blobs }
}

/** @throws InputError */
export async function fileText(path: string): Promise<{ name: string; text: string }> {
  const text = await readFile(fromHere(path), 'utf8').catch((error: unknown) => unreadable(path, error))
  return { name: basename(path), text }
}

function unreadable(path: string, error: unknown): never {
  const { code } = error as { code?: string }
  throw new InputError(`${path}: ${code === 'ENOENT' ? 'no such file or folder' : String((error as Error).message)}`)
}
