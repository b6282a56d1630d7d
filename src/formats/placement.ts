// Which of the given files are the checkpoint: those beside config.json, wherever the dropped folder begins.
import { InputError } from './errors.ts'
import { type ByteSource, pickleAdvice } from './range.ts'

export interface Placed {
  /** As given. */
  path: string
  /** Without folders. */
  name: string
  blob: ByteSource
}

/**
 * The files of the folder that holds the outermost config.json, by name, and all others.
 * @throws InputError when there is no config.json, or more than one such folder.
 */
export function placeFiles(files: readonly { path: string; blob: ByteSource }[]): {
  folder: ReadonlyMap<string, Placed>
  others: Placed[]
} {
  const all = files.map(({ path, blob }) => ({ ...placeOf(path), path, blob }))
  const outermost = outermostConfigs(all)
  if (!outermost.length) throw new InputError(missingConfig(files.map(({ path }) => path)))
  if (outermost.length > 1)
    throw new InputError(
      `${outermost.length} checkpoints: ${outermost.map(({ path }) => path).join(', ')}; one at a time is needed`,
    )
  const folder = new Map<string, Placed>()
  const others: Placed[] = []
  // Sorted, so that nothing depends on the order in which files were given.
  for (const { path, blob, name, home } of all.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const file = { path, blob, name }
    if (home !== outermost[0].home) others.push(file)
    else if (folder.has(name)) throw new InputError(`two files are called ${name}: ${folder.get(name)!.path}, ${path}`)
    else folder.set(name, file)
  }
  return { folder, others }
}

/** Folders that hold an outermost config.json, '' for the one everything lies in: more than one must be chosen from. */
export function checkpointFolders(files: readonly { path: string }[]): string[] {
  return [...new Set(outermostConfigs(files.map(({ path }) => placeOf(path))).map(({ home }) => home))].sort()
}

interface Place {
  name: string
  /** The folder. */
  home: string
  depth: number
}

function placeOf(path: string): Place {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return { name: parts.at(-1) ?? '', home: parts.slice(0, -1).join('/'), depth: parts.length }
}

function outermostConfigs<P extends Place>(places: readonly P[]): P[] {
  const configs = places.filter(({ name }) => name === 'config.json')
  const depth = configs.reduce((least, config) => Math.min(least, config.depth), Infinity)
  return configs.filter((config) => config.depth === depth)
}

/** Whether a file is a pickle by its name. */
export function isPickle(name: string): boolean {
  return /\.(bin|pt|pth|ckpt|pkl|pickle)$/i.test(name)
}

/** What an adapter is, and how a model is made of it. */
export const adapterAdvice =
  'adapter_config.json is of an adapter (LoRA), a small change to a model; load it in Python with its base, write both ' +
  "as one with model.merge_and_unload().save_pretrained('folder'), and open that"

function missingConfig(paths: readonly string[]): string {
  if (!paths.length) return 'no files; a folder with config.json and *.safetensors is needed'
  const pickle = paths.find((path) => isPickle(path))
  if (pickle) return `${pickle} is a PyTorch pickle; ${pickleAdvice}`
  const names = paths.map((path) => path.slice(path.lastIndexOf('/') + 1))
  if (names.includes('adapter_config.json')) return adapterAdvice
  if (names.includes('model_index.json'))
    return 'model_index.json is of a pipeline that makes pictures; a language model has config.json and *.safetensors'
  const shown = paths.slice(0, 3).join(', ') + (paths.length > 3 ? ', …' : '')
  return `no config.json among ${paths.length === 1 ? 'the one file' : `the ${paths.length} files`} (${shown})`
}
