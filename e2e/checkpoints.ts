// Checkpoints for the stories, made from the bundled model: its first two blocks in F32, in two shards with an index,
// and broken ones.
import { openAsBlob } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSafetensors } from '../src/formats/safetensors.ts'
import { safetensorsBytes, type TensorToWrite } from '../src/formats/safetensors-write.ts'

export const bundled = join(import.meta.dirname, '../public/models/tiny-tales-1m')

/** Writes the two-block checkpoint into `folder` and gives the paths of its files. */
export async function twoBlocks(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const model = await openSafetensors(await openAsBlob(join(bundled, 'model.safetensors')), 'model.safetensors')
  const kept = [...model.tensors].filter(([name]) => !/layers\.[23]\./.test(name))
  const shards: TensorToWrite[][] = [[], []]
  for (const [i, [name, { shape }]] of kept.entries())
    shards[i % 2].push({ name, dtype: 'F32', shape, data: await model.floats(name) })
  const config = JSON.parse(await readFile(join(bundled, 'config.json'), 'utf8')) as object
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
  const index = Object.fromEntries(kept.map(([name], i) => [name, names[i % 2]]))
  const files: Record<string, string | Uint8Array> = {
    'config.json': JSON.stringify({ ...config, num_hidden_layers: 2, torch_dtype: 'float32' }),
    'tokenizer.json': await readFile(join(bundled, 'tokenizer.json')),
    'tokenizer_config.json': await readFile(join(bundled, 'tokenizer_config.json')),
    'model.safetensors.index.json': JSON.stringify({ metadata: { total_size: 0 }, weight_map: index }),
    [names[0]]: safetensorsBytes(shards[0], { format: 'pt' }),
    [names[1]]: safetensorsBytes(shards[1], { format: 'pt' }),
  }
  return Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      await writeFile(join(folder, name), content)
      return join(folder, name)
    }),
  )
}
