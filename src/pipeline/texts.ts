// A text becomes token ids: by the checkpoint's tokenizer, or as it is when the file holds ids.
import { InputError } from '../formats/errors.ts'
import type { Checkpoint } from '../formats/checkpoint.ts'
import { openTokenizer } from '../tokenizer/tokenizer.ts'
import { parseTokenText } from '../tokenizer/windows.ts'
import type { TokenText } from './run.ts'

/** @throws InputError for empty text, ids outside the vocabulary, or text without a tokenizer. */
export function tokenText(
  checkpoint: Checkpoint,
  { name, text }: { name: string; text: string },
  vocabulary: number,
): TokenText {
  const parsed = parseTokenText(name, text, vocabulary)
  if (parsed.ids) return { name, ids: parsed.ids }
  if (checkpoint.tokenizerJson === undefined)
    throw new InputError(
      `${name} is text, and the checkpoint has no tokenizer.json to make tokens of it` +
        (whyMissing(checkpoint) || '; add the file, or give token ids (.json)'),
    )
  const tokenizer = openTokenizer(checkpoint.tokenizerJson, checkpoint.tokenizerConfigJson)
  const ids = tokenizer.encode(text)
  const outside = ids.findIndex((id) => id >= vocabulary)
  if (outside >= 0)
    throw new InputError(
      `tokenizer.json gives token ${ids[outside]} at position ${outside} of ${name}, the model's vocabulary has ${vocabulary}`,
    )
  return { name, ids }
}

/** What can be said of a tokenizer that is missing, after the fact that it is. */
export function whyMissing({ tokenizerMissing }: Pick<Checkpoint, 'tokenizerMissing'>): string {
  return tokenizerMissing === undefined ? '' : `: ${tokenizerMissing}`
}
