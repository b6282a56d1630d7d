// Writes a tiny random model of every type as a folder of files; run by src/node/launch.mjs, which reads shaders as the
// families need them. Prints the folders as JSON.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tinyConfigs, tinyModelOf } from '../src/test/tiny-family.ts'
import { tinyFiles } from '../src/test/tiny-llama.ts'

export async function main([into]: string[]): Promise<number> {
  const types = new Map(Object.values(tinyConfigs).map((config) => [String(config.model_type), config]))
  const folders = [...types].map(async ([type, config]) => {
    const folder = join(into, type)
    const { tensors } = await tinyModelOf(config)
    await mkdir(folder, { recursive: true })
    for (const { path, blob } of tinyFiles({ tensors }, config))
      await writeFile(join(folder, path), new Uint8Array(await (blob as Blob).arrayBuffer()))
    return folder
  })
  process.stdout.write(JSON.stringify(await Promise.all(folders)))
  return 0
}
