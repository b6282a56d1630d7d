// A Hugging Face checkpoint out of a dropped folder or loose files in any order: config.json, tokenizer.json, and
// weights in safetensors, as one file, several, or shards by model.safetensors.index.json. Only headers are read here;
// weights come by tensor. A GGUF file is a checkpoint by itself.
import type { TensorType } from './dtype.ts'
import { checkEach, InputError } from './errors.ts'
import { ggufAmong, openGgufCheckpoint } from './gguf-checkpoint.ts'
import { readJson } from './json-file.ts'
import { placeFiles } from './placement.ts'
import { refuseQuantizedConfig, refuseQuantizedTensors } from './quantized.ts'
import type { ByteSource } from './range.ts'
import { openSafetensors } from './safetensors.ts'
import { weightFiles } from './shards.ts'
import type { FloatReader, TensorFile } from './tensor-file.ts'

export { readJson }

/** A file; `path` is relative to what was dropped. */
export interface CheckpointFile {
  path: string
  blob: ByteSource
}

export interface CheckpointTensor {
  dtype: TensorType
  shape: readonly number[]
  /** Size in the file. */
  bytes: number
  /** Path of its file. */
  file: string
}

export type JsonObject = Readonly<Record<string, unknown>>

/** Floats are read by ranges: nothing else of a file is. */
export interface Checkpoint extends FloatReader {
  name: string
  /** Size of all files that belong to it. */
  bytes: number
  fileCount: number
  config: JsonObject
  tokenizerJson: JsonObject | undefined
  tokenizerConfigJson: JsonObject | undefined
  /** Why there is no tokenizer, where more can be said than that the file is missing. */
  tokenizerMissing?: string
  tensors: ReadonlyMap<string, CheckpointTensor>
  /** Names of the contents of the files with weights, where whoever lists them names all; equal names, equal bytes. */
  contents?: readonly string[]
  /** Paths that were given and do not belong to it. */
  skipped: string[]
}

/** What has been read so far: config.json, then the headers of the files with weights, one after another. */
export type Seen = { modelType: unknown } | { files: number; of: number }

/**
 * Opens a checkpoint: checks all headers against the index and each other. `seen` is told on the way.
 * @throws InputError stating what is missing, damaged or of an unknown kind.
 */
export async function openCheckpoint(
  name: string,
  files: readonly CheckpointFile[],
  seen: (step: Seen) => void = () => {},
): Promise<Checkpoint> {
  const gguf = ggufAmong(files)
  if (gguf) return openGgufCheckpoint(name, files, gguf)
  const { folder, others } = placeFiles(files)
  const config = await readJson(folder.get('config.json')!)
  refuseQuantizedConfig(config)
  seen({ modelType: config.model_type })
  const tokenizer = folder.get('tokenizer.json')
  const tokenizerConfig = folder.get('tokenizer_config.json')
  const index = [...folder.values()].filter(({ name }) => name.endsWith('.safetensors.index.json'))
  if (index.length > 1)
    throw new InputError(`${index.length} indexes: ${index.map(({ path }) => path).join(', ')}; drop one`)
  const weights = weightFiles(folder, index[0] && { file: index[0], json: await readJson(index[0]) })

  const tensors = new Map<string, CheckpointTensor>()
  const opened = new Map<string, TensorFile>()
  await checkEach(weights.files, async (file) => {
    const shard = await openSafetensors(file.blob, file.path)
    opened.set(file.path, shard)
    for (const [tensor, { dtype, shape, start, end }] of shard.tensors) {
      const other = tensors.get(tensor)
      if (other) throw new InputError(`tensor '${tensor}' is in two files: ${other.file} and ${file.path}`)
      tensors.set(tensor, { dtype, shape, bytes: end - start, file: file.path })
    }
    seen({ files: opened.size, of: weights.files.length })
  })
  for (const [tensor, path] of weights.placed) {
    const found = tensors.get(tensor)?.file
    if (found !== path)
      throw new InputError(
        `${path}: no tensor '${tensor}', which the index places there${found ? `; it is in ${found}` : ''}`,
      )
  }
  refuseQuantizedTensors(tensors.keys())

  const fileOf = (tensor: string): TensorFile => {
    const place = tensors.get(tensor)
    if (!place) throw new InputError(`no tensor '${tensor}' among the ${tensors.size} of ${name}`)
    return opened.get(place.file)!
  }
  const used = [folder.get('config.json'), tokenizer, tokenizerConfig, index[0], ...weights.files].filter(
    (file) => file !== undefined,
  )
  const skipped = [...folder.values(), ...others].filter((file) => !used.includes(file)).map(({ path }) => path)
  return {
    name,
    bytes: used.reduce((total, { blob }) => total + blob.size, 0),
    fileCount: used.length,
    config,
    tokenizerJson: tokenizer && (await readJson(tokenizer)),
    tokenizerConfigJson: tokenizerConfig && (await readJson(tokenizerConfig)),
    ...(tokenizer ? {} : otherTokenizer(folder)),
    tensors,
    ...contentsOf(weights.files),
    async floats(tensor, first, count) {
      return fileOf(tensor).floats(tensor, first, count)
    },
    async checkFinite(tensor) {
      return fileOf(tensor).checkFinite(tensor)
    },
    skipped,
  }
}

/** What is there instead of a tokenizer.json, and how one is made of it. */
function otherTokenizer(names: ReadonlyMap<string, unknown>): Pick<Checkpoint, 'tokenizerMissing'> {
  const found = ['tokenizer.model', 'spiece.model', 'vocab.json', 'vocab.txt'].find((name) => names.has(name))
  if (found === undefined) return {}
  return {
    tokenizerMissing:
      `${found} is not read; in Python, ` +
      "AutoTokenizer.from_pretrained('folder').save_pretrained('folder') writes a tokenizer.json of it",
  }
}

/** What names the bytes of these files, where all of them have such a name. */
export function contentsOf(files: readonly { blob: ByteSource }[]): Pick<Checkpoint, 'contents'> {
  const contents = files.flatMap(({ blob }) => blob.content ?? [])
  return contents.length === files.length ? { contents } : {}
}
