// From what a browser hands over (drops with folders, file inputs) to named blobs: paths relative to the dropped
// folder.
import { type FileWithPath, fromEvent } from 'file-selector'
import type { NamedBlob } from '../worker/protocol.ts'

export interface Picked {
  /** The folder's name; of loose files, the one in their config, or the first file's. */
  name: string
  files: NamedBlob[]
}

/** Files of a drop or of an input; folders are walked. Empty when nothing usable came. */
export async function pickedFiles(event: Event): Promise<Picked> {
  const entries = await fromEvent(event)
  const files = entries.filter((entry): entry is FileWithPath => entry instanceof File)
  const picked = relative(
    files.map((file) => ({ path: file.webkitRelativePath || file.path || file.name, blob: file })),
  )
  return { ...picked, name: picked.name || (await looseName(picked.files)) }
}

/** A config.json larger than this is none. */
const CONFIG_BYTES = 1 << 20

/** A name for files that came without a folder: the model's own from config.json, else that of the weights. */
export async function looseName(files: readonly NamedBlob[]): Promise<string> {
  const config = files.find(({ path, blob }) => path === 'config.json' && blob.size <= CONFIG_BYTES)
  const own = config && lastPart(nameOrPath(await config.blob.text()))
  if (own) return own
  const file = files.find(({ path }) => path.endsWith('.safetensors')) ?? files[0]
  return (file?.path ?? '').replace(/(-\d+-of-\d+)?\.safetensors$/, '')
}

const lastPart = (path: string) => path.split(/[/\\]/).findLast((part) => part !== '' && part !== '.') ?? ''

/** `_name_or_path` of a config.json; empty where there is none. Whether it is JSON is for the opening to say. */
function nameOrPath(text: string): string {
  try {
    const name = (JSON.parse(text) as { _name_or_path?: unknown } | null)?._name_or_path
    return typeof name === 'string' ? name : ''
  } catch {
    return ''
  }
}

/** Strips './', '/' and a folder that all paths share, which then gives the name; without one it is empty. */
export function relative(files: readonly NamedBlob[]): Picked {
  let parts = files.map(({ path }) => path.split('/').filter((part) => part !== '' && part !== '.'))
  let name = ''
  while (parts.length && parts.every((path) => path.length > 1 && path[0] === parts[0][0])) {
    name = parts[0][0]
    parts = parts.map((path) => path.slice(1))
  }
  return { name, files: files.map(({ blob }, i) => ({ path: parts[i].join('/'), blob })) }
}

/** True when all of it is plain text: calibration text, not a checkpoint. */
export function isText(files: readonly NamedBlob[]): boolean {
  return files.length > 0 && files.every(({ path }) => path.toLowerCase().endsWith('.txt'))
}
