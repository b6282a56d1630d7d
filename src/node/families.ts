// `npm run -s families`: the README's table of model families and file formats, out of the code; with --write into the
// README, between its marks.
import { readFile, writeFile } from 'node:fs/promises'
import { InputError } from '../formats/errors.ts'
import { dtypeBits, readable } from '../formats/dtype.ts'
import { ggufBlocks } from '../formats/gguf-header.ts'
import { families } from '../model/families.ts'
import { TYPES as scalings } from '../model/rotary-config.ts'

const [begin, end] = ['<!-- families -->', '<!-- /families -->']

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')

/** A Markdown table with its columns aligned. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`
  const rule = line(widths.map((width) => '-'.repeat(width)))
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n')
}

/** What stands between the marks. */
export function familiesText(): string {
  const byFamily = families.map(({ about, modelTypes, architectures }) => [
    about.title,
    about.models,
    code([...modelTypes, ...architectures]),
    about.handles,
  ])
  const weights = readable.filter((type) => Object.hasOwn(dtypeBits, type))
  const formats = [
    [
      'safetensors',
      'every family',
      weights.join(', '),
      'one file, several, or shards with an index; also matrices without a config',
    ],
    [
      'GGUF',
      'Llama only',
      Object.keys(ggufBlocks).join(', '),
      'one file, with its tokenizer if it is a BPE, else with tokenizer.json beside it',
    ],
  ]
  const types = scalings.filter((type) => type !== 'default')
  return [
    table([
      ['family', 'for example', '`model_type` and class in config.json', 'done as the official code does'],
      ...byFamily,
    ]),
    '',
    `Rotary positions may be scaled: ${types.join(', ')}.`,
    '',
    table([['file', 'of', 'types of numbers', ''], ...formats]),
  ].join('\n')
}

/** The README with the table of today. @throws InputError when it has no place for it. */
export function renewed(readme: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)]
  if (from < 0 || to < from) throw new InputError(`README.md has no ${begin} followed by ${end}`)
  return `${readme.slice(0, from + begin.length)}\n\n${familiesText()}\n\n${readme.slice(to)}`
}

export async function main(args: string[]): Promise<number> {
  if (args.includes('--write')) await writeFile('README.md', renewed(await readFile('README.md', 'utf8')))
  else process.stdout.write(`${familiesText()}\n`)
  return 0
}
