// Prompts and texts of a checkpoint's own tokenizer: where a text begins and ends, and the text of tokens as they come.
import type { Checkpoint } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import { openTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts'
import { checkIds } from '../tokenizer/windows.ts'
import { whyMissing } from './texts.ts'

export interface Prompting {
  tokenizer: Tokenizer
  /** Ids of the prompt, with the token in front that begins a text. */
  ids: Uint32Array
  /** Ids after which a text is over; may be none. */
  ends: number[]
}

/**
 * A prompt is the beginning of a text: the config's bos_token_id stands in front of it, whether the tokenizer puts it there or not.
 * @throws InputError without a tokenizer, or for a prompt without tokens.
 */
export function openPrompt(checkpoint: Checkpoint, prompt: string, vocabulary: number): Prompting {
  const { config, tokenizerJson, tokenizerConfigJson } = checkpoint
  if (!tokenizerJson)
    throw new InputError(
      `the checkpoint has no tokenizer.json, which turns a prompt into tokens${whyMissing(checkpoint)}`,
    )
  const tokenizer = openTokenizer(tokenizerJson, tokenizerConfigJson)
  const encoded = tokenizer.encode(prompt)
  const { bos_token_id: begin, eos_token_id: end } = config
  const bare = typeof begin !== 'number' || encoded[0] === begin
  const ids = bare ? encoded : Uint32Array.of(begin, ...encoded)
  if (!ids.length) throw new InputError('the prompt is empty, and config.json names no bos_token_id to begin with')
  checkIds(ids, vocabulary, 'the prompt')
  const ends = [end].flat().filter((id) => typeof id === 'number')
  return { tokenizer, ids, ends }
}

/** The text of tokens as they come. A character of several tokens belongs to the last of them. */
export class TokenTexts {
  private readonly ids: number[]
  private text: string

  constructor(
    private readonly tokenizer: Tokenizer,
    /** What stands before them. */
    prompt: ArrayLike<number>,
  ) {
    this.ids = Array.from(prompt)
    this.text = tokenizer.decode(this.ids)
  }

  /** What the text grows by with this token: nothing while a character is incomplete. */
  add(id: number): string {
    this.ids.push(id)
    const text = this.tokenizer.decode(this.ids)
    if (text.endsWith('\uFFFD')) return ''
    const grown = text.slice(this.text.length)
    this.text = text
    return grown
  }
}
