import { existsSync, readFileSync } from 'node:fs'
import { Tokenizer as Library } from '@huggingface/tokenizers'
import { expect, test } from 'vitest'
import { InputError } from '../formats/errors.ts'
import { withWordBoundaries } from './boundaries.ts'
import { openTokenizer } from './tokenizer.ts'

const read = (path: string) => readFileSync(path, 'utf8')
const json = (path: string) => JSON.parse(read(path)) as Record<string, unknown>
const open = (folder: string) =>
  openTokenizer(json(`${folder}/tokenizer.json`), json(`${folder}/tokenizer_config.json`))

const bundled = 'public/models/tiny-tales-1m'

test('the bundled model: ids of the evaluation text and of the prompts', () => {
  const tokenizer = open(bundled)
  const golden = json(`${bundled}/golden.json`) as {
    eval_first_ids: number[]
    prompts: { prompt: string; ids: number[] }[]
  }
  const text = read(`${bundled}/evaluation.txt`)
  const ids = tokenizer.encode(text)
  expect(tokenizer.size).toBe(1024)
  // The text writes its <|endoftext|> out; the tokenizer adds none of its own.
  expect([...ids.subarray(0, 32)]).toEqual(golden.eval_first_ids)
  expect(ids).toHaveLength(37086)
  expect(ids.filter((id) => id === 0)).toHaveLength(203)
  expect(tokenizer.decode(ids)).toBe(text)
  for (const { prompt, ids } of golden.prompts) expect([0, ...tokenizer.encode(prompt)]).toEqual(ids)
  expect(tokenizer.encode('')).toHaveLength(0)
  expect(tokenizer.decode([])).toBe('')
})

/** A tokenizer in SentencePiece's manner: '▁' for spaces, no pre-tokenizer, bytes for what is unknown. */
function sentencePiece(merges: [string, string][], change: object = {}) {
  const pieces = ['<unk>', '<s>', '</s>']
  for (let byte = 0; byte < 256; byte++) pieces.push(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
  pieces.push(...'▁abcdef', ...merges.map((merge) => merge.join('')))
  const special = (content: string, id: number) => ({ id, content, special: true, normalized: false })
  return {
    added_tokens: ['<unk>', '<s>', '</s>'].map(special),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    decoder: null,
    model: {
      type: 'BPE',
      vocab: Object.fromEntries([...new Set(pieces)].map((piece, id) => [piece, id])),
      merges,
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
      ...change,
    },
  }
}

const within: [string, string][] = [
  ['▁', 'a'],
  ['b', 'c'],
  ['▁a', 'bc'],
  ['▁', '▁'],
  ['▁▁', '▁▁'],
  ['a', 'a'],
]

test('words alone give the ids of the whole text', () => {
  const tokenizer = sentencePiece(within)
  const split = withWordBoundaries(tokenizer)
  expect(split).not.toBe(tokenizer)
  const texts = [
    'abc abc',
    '  abc',
    'a     b ',
    'aaa aaaa    aaaaa bcbc',
    'é ab\n a\té',
    '<s>abc abc</s> a',
    ' ',
    '▁',
    'a ▁ b',
  ]
  const config = { unk_token: '<unk>' }
  for (const text of texts)
    expect(new Library(split, config).encode(text).ids, text).toEqual(new Library(tokenizer, config).encode(text).ids)
})

test.each<[string, ReturnType<typeof sentencePiece>]>([
  ['a merge reaches over a space', sentencePiece([...within, ['▁a', '▁']])],
  ['words have a suffix', sentencePiece(within, { end_of_word_suffix: '</w>' })],
  ['whole words skip merging', sentencePiece(within, { ignore_merges: true })],
  ['there is a pre-tokenizer', { ...sentencePiece(within), pre_tokenizer: { type: 'Whitespace' } as unknown as null }],
])('no word boundaries where %s', (_, tokenizer) => {
  expect(withWordBoundaries(tokenizer)).toBe(tokenizer)
})

test.each<[string, Record<string, unknown>, number[]]>([
  ['the post-processor where the config is silent', {}, [1, 266]],
  ['a flag for it', { add_bos_token: true, bos_token: '<s>' }, [1, 266]],
  ['a token as an object', { add_bos_token: true, bos_token: { content: '</s>' } }, [2, 266]],
  ['a flag against it', { add_bos_token: false, bos_token: '<s>' }, [266]],
  ['both ends', { add_bos_token: true, add_eos_token: true, bos_token: '<s>', eos_token: '</s>' }, [1, 266, 2]],
])('special tokens: %s', (_, config, ids) => {
  const tokenizer = openTokenizer(sentencePiece(within), config)
  expect([...tokenizer.encode('a')]).toEqual(ids)
  expect(tokenizer.size).toBe(272)
})

test('refuses what it cannot use', () => {
  expect(() => openTokenizer({})).toThrow(InputError)
  expect(() => openTokenizer({})).toThrow('tokenizer.json cannot be used: ')
  const flags = { add_bos_token: true }
  expect(() => openTokenizer(sentencePiece(within), flags)).toThrow(
    'tokenizer_config.json adds a bos_token, but names none',
  )
  expect(() => openTokenizer(sentencePiece(within), { ...flags, bos_token: '<x>' })).toThrow(
    "adds a bos_token, but '<x>' has no id",
  )
  const closed = sentencePiece(within, { unk_token: null, byte_fallback: false })
  expect(openTokenizer(closed).encode('a')).toHaveLength(2)
})

const stories = '../shared/models/stories260K-hf'
if (existsSync(stories))
  test('a Llama tokenizer: golden ids, and the same ids as without word boundaries', () => {
    const tokenizer = open(stories)
    const golden = json(`${stories}/golden.json`) as {
      prompt: string
      prompt_ids: number[]
      text: string
      ids: number[]
    }
    expect([...tokenizer.encode(golden.prompt)]).toEqual(golden.prompt_ids)
    expect([...tokenizer.encode(golden.text)].slice(0, golden.ids.length)).toEqual(golden.ids)
    const text = read('../shared/texts/tinystories-evaluation.txt')
    const library = new Library(json(`${stories}/tokenizer.json`), json(`${stories}/tokenizer_config.json`))
    expect([...tokenizer.encode(text)]).toEqual(library.encode(text).ids)
  })
