// Files of the machine, which the rest reads by ranges. Not as Blobs: those of Node 20 lose the upper half of sizes from
// 4 GiB on.
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { CheckpointFile } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import { hubEndpoint, hubFiles, hubModel, shortCommit } from '../formats/hub.ts'
import { Kept } from '../formats/kept.ts'
import type { ByteSource } from '../formats/range.ts'
import { temporaryStore } from './temporary-store.ts'

/** Paths count from where the user stands, which npm notes before it changes folders. */
export const fromHere = (path: string) => resolve(process.env.INIT_CWD ?? process.cwd(), path)

/** @throws InputError when the path does not exist or cannot be read. */
export async function fileBlob(path: string): Promise<ByteSource> {
  const facts = await stat(fromHere(path)).catch((error: unknown) => unreadable(path, error))
  if (facts.isDirectory()) throw new InputError(`${path} is a folder, and a file is needed`)
  if (!facts.isFile()) throw new InputError(`${path} is not a file`)
  const handle = await open(fromHere(path)).catch((error: unknown) => unreadable(path, error))
  await handle.close()
  return { size: facts.size, slice: (start, end) => ({ arrayBuffer: () => bytesOf(fromHere(path), start, end) }) }
}

/** Bytes [start, end) of a file, or as many of them as it has. */
async function bytesOf(path: string, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start)
  const handle = await open(path)
  try {
    let done = 0
    while (done < bytes.length) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done)
      if (!bytesRead) return bytes.buffer.slice(0, done)
      done += bytesRead
    }
    return bytes.buffer
  } finally {
    await handle.close()
  }
}

/** The files directly inside a folder. @throws InputError */
export async function folderBlobs(path: string): Promise<{ name: string; files: CheckpointFile[] }> {
  const entries = await readdir(fromHere(path), { withFileTypes: true }).catch((error: unknown) =>
    unreadable(path, error),
  )
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)
  const blobs = await Promise.all(
    files.sort().map(async (name) => ({ path: name, blob: await fileBlob(join(path, name)) })),
  )
  return { name: basename(fromHere(path)), files: blobs }
}

/** What tokenizers are made of, beside a single file of weights. */
const besides = ['tokenizer.json', 'tokenizer_config.json']

/**
 * The files of a model: a folder, a single file (with the tokenizer beside it), or, where nothing of that name is here,
 * a model on the Hub by its id or address, with the token in HF_TOKEN, every byte requested once. Nothing is requested
 * for a path that exists.
 * @throws InputError
 */
export async function modelFiles(path: string, endpoint?: string): Promise<{ name: string; files: CheckpointFile[] }> {
  const facts = await stat(fromHere(path)).catch(() => undefined)
  if (facts?.isFile() && basename(path) === 'config.json') return folderBlobs(dirname(path))
  if (facts?.isFile()) {
    const folder = dirname(fromHere(path))
    const there = besides.filter((name) => existsSync(join(folder, name)))
    const all = [path, ...there.map((name) => join(folder, name))]
    const files = await Promise.all(all.map(async (one) => ({ path: basename(one), blob: await fileBlob(one) })))
    return { name: basename(path), files }
  }
  const isHub = endpoint !== undefined || /^https?:\/\/|^\w[\w.-]*\/\w[\w.-]*(@[\w./-]+)?$/.test(path)
  if (!facts && !isHub && /^[\w.-]+$/.test(path))
    throw new InputError(`${path}: no such file or folder, and a model on the Hub is called owner/name`)
  if (facts || !isHub) return folderBlobs(path)
  const model = hubModel(path, endpoint)
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  say(`no folder ${path} here: reading ${model.id} from ${model.endpoint}`)
  const { HF_TOKEN: token = '' } = process.env
  // Whoever sets a token means it for the Hub, or for the server they name; not for any that an address leads to.
  const known = [hubEndpoint, endpoint?.replace(/\/+$/, '')].includes(model.endpoint)
  const kept = new Kept(temporaryStore(), (reason) =>
    say(`${model.id}: not everything that is read can be kept (${reason}): it is requested again when it is needed`),
  )
  const { name, files, commit } = await hubFiles(model, known && token !== '' ? { token } : {}, kept)
  if (commit !== undefined) say(`${model.id} is read at commit ${shortCommit(commit)}`)
  return { name, files }
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
