// Text ↔ token ids by a checkpoint's tokenizer.json and tokenizer_config.json, on @huggingface/tokenizers.
import { Tokenizer as Library } from '@huggingface/tokenizers'
import { InputError } from '../formats/errors.ts'
import { withWordBoundaries } from './boundaries.ts'
import { checkIds } from './ids.ts'

export interface Tokenizer {
  /** Number of ids: the largest id + 1. */
  readonly size: number
  /**
   * Ids of a text. Special tokens written out in it become their ids; those that the tokenizer itself adds (BOS in
   * front) are added once.
   */
  encode(text: string): Uint32Array
  /** Text of ids, special tokens included. */
  decode(ids: ArrayLike<number>): string
}

type JsonObject = Readonly<Record<string, unknown>>

/**
 * Opens a tokenizer.
 * @throws InputError when the library cannot make one of these files.
 */
export function openTokenizer(tokenizerJson: JsonObject, tokenizerConfigJson: JsonObject = {}): Tokenizer {
  checkIds(tokenizerJson)
  const library = used(() => new Library(withWordBoundaries(tokenizerJson), tokenizerConfigJson))
  const size = used(() => [...library.get_vocab(true).values()].reduce((most, id) => Math.max(most, id), -1) + 1)
  const added = addedTokens(library, tokenizerConfigJson)
  return {
    size,
    encode(text) {
      if (!added)
        return Uint32Array.from(
          checked(
            used(() => library.encode(text).ids),
            size,
          ),
        )
      const bare = used(() => library.encode(text, { add_special_tokens: false }).ids)
      const ids = checked(bare, size)
      return Uint32Array.from([...added.front, ...ids, ...added.back])
    },
    decode(ids) {
      if (!ids.length) return ''
      const options = { skip_special_tokens: false, clean_up_tokenization_spaces: false }
      return used(() => library.decode(Array.from(ids), options))
    },
  }
}

/** The library's errors are about the file: its fields are used where they are met, so any step may find one wrong. */
function used<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const fact = (error as Error).message.replaceAll('\n', ' ').replaceAll('[object Object]', 'an object')
    throw new InputError(`tokenizer.json cannot be used: ${fact}`, { cause: error })
  }
}

/**
 * Ids put round a text where the config's flags decide it, as in the official Llama tokenizer, which rebuilds its
 * post-processor from them; undefined where tokenizer.json's own post-processor decides.
 */
function addedTokens(library: Library, config: JsonObject): { front: number[]; back: number[] } | undefined {
  if (typeof config.add_bos_token !== 'boolean') return undefined
  const idOf = (key: 'bos_token' | 'eos_token'): number[] => {
    const token = config[key]
    const content = typeof token === 'string' ? token : (token as { content?: unknown } | null | undefined)?.content
    const id = typeof content === 'string' ? library.token_to_id(content) : undefined
    const fact = content === undefined ? 'names none' : `'${String(content)}' has no id`
    if (id === undefined) throw new InputError(`tokenizer_config.json adds a ${key}, but ${fact}`)
    return [id]
  }
  return {
    front: config.add_bos_token ? idOf('bos_token') : [],
    back: config.add_eos_token === true ? idOf('eos_token') : [],
  }
}

/** The library gives undefined for a piece without id where the tokenizer has no unknown token. */
function checked(ids: (number | undefined)[], size: number): number[] {
  const bad = ids.findIndex((id) => id === undefined || !(id >= 0 && id < size))
  if (bad >= 0) throw new InputError(`the tokenizer has no id for piece ${bad} of the text, and no unknown token`)
  return ids as number[]
}
