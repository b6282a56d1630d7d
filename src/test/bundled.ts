// The bundled model's files as Blobs, for tests on Node.
import { openAsBlob, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const bundledFolder = join(import.meta.dirname, '../../public/models/tiny-tales-1m')

/** Files of a checkpoint folder, by default the bundled model's. */
export async function checkpointFiles(
  names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'],
  folder = bundledFolder,
): Promise<{ path: string; blob: Blob }[]> {
  return Promise.all(names.map(async (path) => ({ path, blob: await openAsBlob(join(folder, path)) })))
}

/** A text of the bundled model. */
export function bundledText(name: 'calibration.txt' | 'evaluation.txt'): { name: string; text: string } {
  return { name, text: readFileSync(join(bundledFolder, name), 'utf8') }
}
