// A GGUF file as a checkpoint: configuration and tokenizer out of its metadata, or the tokenizer.json beside it.
import { type Checkpoint, type CheckpointFile, contentsOf } from './checkpoint.ts'
import { InputError } from './errors.ts'
import { openGguf } from './gguf.ts'
import { ggufTokenizer } from './gguf-tokenizer.ts'
import { readJson } from './json-file.ts'

/** The GGUF file, where there are no safetensors that go before it. @throws InputError when there are several. */
export function ggufAmong(files: readonly CheckpointFile[]): CheckpointFile | undefined {
  const all = files.filter(({ path }) => /\.gguf$/i.test(path))
  if (!all.length || files.some(({ path }) => path.endsWith('.safetensors'))) return undefined
  const paths = all.map(({ path }) => path).sort()
  const shown = paths.slice(0, 4).join(', ') + (paths.length > 4 ? ', …' : '')
  if (all.length > 1) throw new InputError(`${all.length} GGUF files: ${shown}; one at a time is needed`)
  return all[0]
}

/** @throws InputError stating what is damaged or cannot be read. */
export async function openGgufCheckpoint(
  name: string,
  files: readonly CheckpointFile[],
  gguf: CheckpointFile,
): Promise<Checkpoint> {
  const file = await openGguf(gguf.blob, gguf.path)
  const folder = gguf.path.slice(0, gguf.path.lastIndexOf('/') + 1)
  const beside = (wanted: string) => files.find(({ path }) => path === folder + wanted)
  const tokenizer = beside('tokenizer.json')
  const tokenizerConfig = tokenizer && beside('tokenizer_config.json')
  const { json, config, missing } = tokenizer ? {} : ggufTokenizer(file.header, gguf.path)
  const used = [gguf, tokenizer, tokenizerConfig].filter((one) => one !== undefined)
  return {
    name,
    bytes: used.reduce((total, { blob }) => total + blob.size, 0),
    fileCount: used.length,
    config: file.config,
    tokenizerJson: tokenizer ? await readJson(tokenizer) : json,
    tokenizerConfigJson: tokenizerConfig ? await readJson(tokenizerConfig) : config,
    ...(missing !== undefined && { tokenizerMissing: missing }),
    tensors: new Map(
      [...file.tensors].map(([tensor, { dtype, shape, start, end }]) => [
        tensor,
        { dtype, shape, bytes: end - start, file: gguf.path },
      ]),
    ),
    ...contentsOf([gguf]),
    floats: (tensor, first, count) => file.floats(tensor, first, count),
    checkFinite: (tensor) => file.checkFinite(tensor),
    skipped: files.filter((one) => !used.includes(one)).map(({ path }) => path),
  }
}
