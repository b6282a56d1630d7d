// What is done with files that were dropped or chosen: a text to calibrate on, a saved run, or a checkpoint.
import type { Playground } from '../store/playground.ts'
import { isText, type Picked } from './files.ts'

/** JSON files that belong to a checkpoint. */
const OF_A_MODEL =
  /(^|\/)(config|tokenizer|tokenizer_config|generation_config|special_tokens_map|vocab|added_tokens|quantize_config|quantization_config|.*\.index)\.json$/i

/** True for one JSON file that is no part of a checkpoint: a saved run, or something that will be refused as one. */
export function isSavedRun(files: Picked['files']): boolean {
  return files.length === 1 && /\.json$/i.test(files[0].path) && !OF_A_MODEL.test(files[0].path)
}

let before: Promise<unknown> = Promise.resolve()

/**
 * Takes files once they are known, after those of earlier drops: a large folder takes its time to walk, and what was
 * dropped last is what is wanted. False when there is nothing to take.
 */
export function takeInTurn(playground: Playground, picking: Promise<Picked>): Promise<boolean> {
  const taken = Promise.all([picking, before]).then(([picked]) => take(playground, picked))
  before = taken.catch(() => {})
  return taken
}

async function take(playground: Playground, { name, files }: Picked): Promise<boolean> {
  if (!files.length) return false
  const [{ path, blob }] = files
  if (isText(files)) playground.setText('calibration', { name: path, text: await blob.text() })
  else if (isSavedRun(files)) await playground.viewing.open(path, blob)
  else playground.opening.files(name, files)
  return true
}
