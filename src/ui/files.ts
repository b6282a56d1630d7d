// From what a browser hands over (drops with folders, file inputs) to named blobs: paths relative to the dropped
// folder.
import { type FileWithPath, fromEvent } from 'file-selector'
import type { NamedBlob } from '../worker/protocol.ts'

export interface Picked {
  /** The folder's name, or that of the only file. */
  name: string
  files: NamedBlob[]
}

/** Files of a drop or of an input; folders are walked. Empty when nothing usable came. */
export async function pickedFiles(event: Event): Promise<Picked> {
  const entries = await fromEvent(event)
  const files = entries.filter((entry): entry is FileWithPath => entry instanceof File)
  return relative(files.map((file) => ({ path: file.webkitRelativePath || file.path || file.name, blob: file })))
}

/** Strips './', '/' and a folder that all paths share, which then gives the name. */
export function relative(files: readonly NamedBlob[]): Picked {
  let parts = files.map(({ path }) => path.split('/').filter((part) => part !== '' && part !== '.'))
  let name = ''
  while (parts.length && parts.every((path) => path.length > 1 && path[0] === parts[0][0])) {
    name = parts[0][0]
    parts = parts.map((path) => path.slice(1))
  }
  if (!name) name = files.length === 1 ? parts[0].join('/') : 'local checkpoint'
  return { name, files: files.map(({ blob }, i) => ({ path: parts[i].join('/'), blob })) }
}

/** True when all of it is plain text: calibration text, not a checkpoint. */
export function isText(files: readonly NamedBlob[]): boolean {
  return files.length > 0 && files.every(({ path }) => path.toLowerCase().endsWith('.txt'))
}
