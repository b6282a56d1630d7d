// The tokenizer inside a GGUF as tokenizer.json: byte-level BPE ('gpt2') with the ways to part words that are known.
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#ggml
import type { GgufHeader, GgufValue } from './gguf-header.ts'

type JsonObject = Readonly<Record<string, unknown>>

export interface GgufTokenizer {
  json?: JsonObject
  config?: JsonObject
  /** Why there is none, and what to do. */
  missing?: string
}

const byteLevel = (pattern: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: pattern,
})

/** tokenizer.ggml.pre → how a text is parted into words before merging. */
const parting: Readonly<Record<string, JsonObject>> = {
  'gpt-2': byteLevel(true),
  smollm: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)] },
  'llama-bpe': {
    type: 'Sequence',
    pretokenizers: [
      {
        type: 'Split',
        pattern: {
          Regex:
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" +
            '|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
        },
        behavior: 'Isolated',
        invert: false,
      },
      byteLevel(false),
    ],
  },
}

/** Types of tokens that are found in a text before it is parted: control and user-defined. */
const CONTROL = 3
const USER_DEFINED = 4

const strings = (value: GgufValue | undefined): string[] | undefined =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined

export function ggufTokenizer({ metadata }: GgufHeader, name: string): GgufTokenizer {
  const field = (key: string) => metadata.get(`tokenizer.ggml.${key}`)
  const advice = "drop the model's tokenizer.json beside it"
  const model = field('model')
  if (model === undefined) return { missing: `${name} has no tokenizer; ${advice}` }
  if (model !== 'gpt2')
    return { missing: `the tokenizer in ${name} is of the kind ${quoted(model)}, which is not read; ${advice}` }
  const pre = field('pre') ?? 'gpt-2'
  if (typeof pre !== 'string' || !Object.hasOwn(parting, pre))
    return { missing: `the tokenizer in ${name} parts words as ${quoted(pre)}, which is not known; ${advice}` }
  const tokens = strings(field('tokens'))
  const merges = strings(field('merges'))
  if (!tokens || !merges) return { missing: `the tokenizer in ${name} lacks tokens or merges; ${advice}` }
  const types = field('token_type')
  const typeOf = (id: number) => (Array.isArray(types) ? types[id] : undefined)
  const added = tokens
    .map((content, id) => ({ id, content, type: typeOf(id) }))
    .filter(({ type }) => type === CONTROL || type === USER_DEFINED)
  const isAdded = new Set(added.map(({ id }) => id))
  const bos = tokens[Number(field('bos_token_id'))]
  const addBos = field('add_bos_token') ?? (pre === 'llama-bpe' && bos !== undefined)
  return {
    json: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added.map(({ id, content, type }) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: type === CONTROL,
      })),
      normalizer: null,
      pre_tokenizer: parting[pre],
      post_processor: null,
      decoder: byteLevel(true),
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: pre === 'llama-bpe',
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id] as const).filter(([, id]) => !isAdded.has(id))),
        merges: merges.map((merge) => merge.split(' ')),
      },
    },
    config: { add_bos_token: addBos === true, ...(bos !== undefined && { bos_token: bos }) },
  }
}

const quoted = (value: GgufValue) => (typeof value === 'string' ? `'${value.slice(0, 40)}'` : 'no text')
