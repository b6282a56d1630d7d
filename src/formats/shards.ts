// Which files hold the weights: those the index names, else model.safetensors, else every *.safetensors beside
// config.json.
import { InputError } from './errors.ts'
import { adapterAdvice, isPickle, type Placed } from './placement.ts'
import { pickleAdvice } from './range.ts'

export interface WeightFiles {
  files: Placed[]
  /** Path of the file in which the index places a tensor; empty without an index. */
  placed: ReadonlyMap<string, string>
}

/** @throws InputError for missing shards, a broken index, or weights in another format. */
export function weightFiles(
  folder: ReadonlyMap<string, Placed>,
  index: { file: Placed; json: Readonly<Record<string, unknown>> } | undefined,
): WeightFiles {
  const all = [...folder.values()].filter(({ name }) => name.endsWith('.safetensors'))
  if (index) return indexedFiles(folder, index.file.path, index.json)
  if (all.length && all.every(({ name }) => name.startsWith('adapter_model'))) throw new InputError(adapterAdvice)
  if (!all.length) throw new InputError(missingWeights([...folder.keys()]))
  const whole = folder.get('model.safetensors')
  if (whole) return { files: [whole], placed: new Map() }
  for (const { name } of all) {
    const count = /-of-(\d+)\.safetensors$/.exec(name)?.[1]
    if (count === undefined) continue
    for (let shard = 1; shard <= Number(count); shard++) {
      const sibling = name.replace(/\d+(?=-of-\d+\.safetensors$)/, String(shard).padStart(count.length, '0'))
      if (!folder.has(sibling)) throw new InputError(`${sibling} is missing: ${name} is one of ${Number(count)} shards`)
    }
  }
  return { files: all, placed: new Map() }
}

function indexedFiles(
  folder: ReadonlyMap<string, Placed>,
  path: string,
  json: Readonly<Record<string, unknown>>,
): WeightFiles {
  const map = json.weight_map
  if (typeof map !== 'object' || map === null || Array.isArray(map) || !Object.keys(map).length)
    throw new InputError(`${path}: weight_map, from tensor names to file names, is missing or empty`)
  const files = new Set<Placed>()
  const missing = new Map<string, number>()
  const placed = new Map<string, string>()
  for (const [tensor, target] of Object.entries(map as Record<string, unknown>)) {
    if (typeof target !== 'string' || !target.endsWith('.safetensors') || /[/\\]/.test(target))
      throw new InputError(
        `${path} places tensor '${tensor}' in ${JSON.stringify(target)}, which is no safetensors file beside it`,
      )
    const file = folder.get(target)
    if (!file) {
      missing.set(target, (missing.get(target) ?? 0) + 1)
      continue
    }
    files.add(file)
    placed.set(tensor, file.path)
  }
  const lines = [...missing].map(
    ([target, count]) => `${target} is missing: ${path} places ${count} ${count === 1 ? 'tensor' : 'tensors'} in it`,
  )
  if (lines.length) throw new InputError(lines[0], { more: lines.slice(1) })
  return { files: [...files], placed }
}

function missingWeights(names: readonly string[]): string {
  const none = 'no *.safetensors file beside config.json'
  const pickle = names.find(isPickle)
  if (pickle) return `${none}: ${pickle} is a PyTorch pickle; ${pickleAdvice}`
  const other = names.find((name) => /\.(h5|msgpack|onnx|npz)$/i.test(name))
  if (!other) return `${none}: a model's weights are in model.safetensors, or in shards with an index`
  return `${none}: ${other} is of another format, and safetensors is needed`
}
