// From token ids to windows: the first `count` non-overlapping runs of `window` tokens; what is left at the end is
// dropped.
import { InputError } from '../formats/errors.ts'

/**
 * Windows [count][window]; fewer where the text has fewer.
 * @param label what the ids are, for errors: 'evaluation text'
 * @throws InputError for fewer tokens than one window.
 */
export function tokenWindows(ids: Uint32Array, window: number, count: number, label: string): Uint32Array[] {
  if (!ids.length) throw new InputError(`${label} is empty`)
  if (ids.length < window) throw new InputError(`${label} has ${ids.length} tokens, one window needs ${window}`)
  const windows = Math.min(count, Math.floor(ids.length / window))
  return Array.from({ length: windows }, (_, i) => ids.subarray(i * window, (i + 1) * window))
}

/** A text as it came: token ids, or text still to be tokenized. */
export type TokenText = { ids: Uint32Array; text?: undefined } | { text: string; ids?: undefined }

/**
 * A `.json` file with an array of ids gives the ids, everything else is text.
 * @param vocabulary number of ids the model knows
 * @throws InputError for empty content, or a .json file with anything but whole numbers below `vocabulary`.
 */
export function parseTokenText(name: string, content: string, vocabulary: number): TokenText {
  if (!content.trim()) throw new InputError(`${name} is empty`)
  if (!/\.json$/i.test(name)) return { text: content }
  let json: unknown
  try {
    json = JSON.parse(content)
  } catch (error) {
    throw new InputError(`${name} is not JSON (${(error as Error).message.replaceAll('\n', '\\n')})`)
  }
  if (!Array.isArray(json)) throw new InputError(`${name} holds no array of token ids`)
  if (!json.length) throw new InputError(`${name} holds no token ids`)
  const strange = json.findIndex((id) => !Number.isInteger(id) || id < 0)
  if (strange >= 0) throw new InputError(`${name}: item ${strange} is ${JSON.stringify(json[strange])}, not a token id`)
  checkIds(json as number[], vocabulary, name)
  return { ids: Uint32Array.from(json as number[]) }
}

/** @throws InputError naming the first id that the vocabulary does not have, and its position. */
export function checkIds(ids: ArrayLike<number>, vocabulary: number, name: string): void {
  for (let i = 0; i < ids.length; i++)
    if (ids[i] >= vocabulary)
      throw new InputError(`${name}: token ${ids[i]} at position ${i}, the vocabulary has ${vocabulary} tokens`)
}
