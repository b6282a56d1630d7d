// Bad input on the command line: exit status 2, one line that states the fact, nothing on standard output.
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundledFolder } from '../test/bundled.ts'
import { command, f32, freshFolder, problemFile } from '../test/command.ts'

const folder = freshFolder()
const square = [
  f32('weights', [4, 8]),
  f32(
    'hessian',
    [8, 8],
    Float32Array.from({ length: 64 }, (_, i) => Number(i % 9 === 0)),
  ),
]
const rtn = ['--recipe', 'rtn', '--bits', '3']

test.each<[string, () => string[], RegExp]>([
  ['no command', () => [], /unknown command ''; known: layer, model/],
  ['an unknown flag', () => ['layer', problemFile(folder.path, square), ...rtn, '--frob', '1'], /frob/],
  [
    'an unknown recipe',
    () => ['layer', problemFile(folder.path, square), '--recipe', 'magic', '--bits', '3'],
    /unknown recipe 'magic'/,
  ],
  ['no bits', () => ['layer', problemFile(folder.path, square), '--recipe', 'rtn'], /--bits is missing/],
  ['bits of 9', () => ['layer', problemFile(folder.path, square), '--recipe', 'rtn', '--bits', '9'], /bits is 9/],
  [
    'bits that are no number',
    () => ['layer', problemFile(folder.path, square), '--recipe', 'rtn', '--bits', 'x'],
    /--bits is 'x'/,
  ],
  [
    'a group wider than a row',
    () => ['layer', problemFile(folder.path, square), ...rtn, '--group', '9'],
    /group 9 is larger than the 8 columns/,
  ],
  ['an unknown grid', () => ['layer', problemFile(folder.path, square), ...rtn, '--grid', 'x'], /unknown grid 'x'/],
  [
    'an unknown order',
    () => ['layer', problemFile(folder.path, square), ...rtn, '--order', 'x'],
    /--order is 'x'; allowed: natural, activation/,
  ],
  ['no file', () => ['layer', join(folder.path, 'none'), ...rtn], /none: no such file or folder/],
  ['a name alone', () => ['model', 'gpt2', ...rtn, '--calibration', 'x', '--evaluation', 'x'], /called owner\/name/],
  ['a folder for a file', () => ['layer', folder.path, ...rtn], /is a folder, and a file is needed/],
  ['no weights', () => ['layer', problemFile(folder.path, [square[1]]), ...rtn], /no tensor 'weights'/],
  ['no inputs', () => ['layer', problemFile(folder.path, [square[0]]), ...rtn], /no tensor 'hessian'/],
  [
    'weights as a vector',
    () => ['layer', problemFile(folder.path, [f32('weights', [8]), square[1]]), ...rtn],
    /shape \[8\], a matrix is needed/,
  ],
  [
    'inputs of another width',
    () => ['layer', problemFile(folder.path, [square[0], f32('inputs', [5, 7])]), ...rtn],
    /'inputs' has 7 columns, 'weights' has 8/,
  ],
  [
    'a Hessian that is not symmetric',
    () => ['layer', problemFile(folder.path, [square[0], f32('hessian', [8, 8])]), ...rtn],
    /not symmetric|diagonal/,
  ],
  [
    'a Hessian without a factor',
    () => {
      const indefinite = Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : 9))
      return [
        'layer',
        problemFile(folder.path, [square[0], f32('hessian', [8, 8], indefinite)]),
        '--recipe',
        'gptq',
        '--bits',
        '3',
      ]
    },
    /not positive definite even with a damping of/,
  ],
  [
    'a weight that is not a number',
    () => [
      'layer',
      problemFile(folder.path, [f32('weights', [1, 8], new Float32Array(8).fill(NaN)), square[1]]),
      ...rtn,
    ],
    /tensor 'weights' has 8 values that are not finite/,
  ],
])('layer: %s is refused in one line', async (_, args, message) => {
  const { status, lines, complaint } = await command(...args())
  expect({ status, lines }).toEqual({ status: 2, lines: [] })
  expect(complaint).toMatch(message)
  expect(complaint.trim().split('\n')).toHaveLength(1)
})

type Damage = (model: string, text: string) => void
const changeConfig =
  (change: object): Damage =>
  (model) => {
    const path = join(model, 'config.json')
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }))
  }

test.each<[string, Damage, RegExp]>([
  ['no config', (model) => rmSync(join(model, 'config.json')), /config\.json/],
  ['no tokenizer', (model) => rmSync(join(model, 'tokenizer.json')), /tokenizer\.json/],
  ['no weights', (model) => rmSync(join(model, 'model.safetensors')), /safetensors/],
  ['another architecture', changeConfig({ model_type: 'mamba' }), /model_type is "mamba"; supported: llama/],
  ['another width', changeConfig({ hidden_size: 256 }), /shape \[.*\], the config asks for \[.*256/],
  ['weights cut off', (model) => truncateSync(join(model, 'model.safetensors'), 5000), /5000 bytes/],
  ['empty text', (_, text) => writeFileSync(text, ' \n'), /text\.txt is empty/],
  ['a short text', (_, text) => writeFileSync(text, 'Once upon a time.'), /has \d+ tokens, one window needs 256/],
])('model: %s is refused in one line', async (_, damage, message) => {
  const model = join(folder.path, 'model')
  cpSync(bundledFolder, model, { recursive: true })
  const text = join(folder.path, 'text.txt')
  cpSync(join(bundledFolder, 'calibration.txt'), text)
  damage(model, text)
  const { status, lines, complaint } = await command(
    'model',
    model,
    '--calibration',
    text,
    '--evaluation',
    text,
    ...rtn,
  )
  expect({ status, lines }).toEqual({ status: 2, lines: [] })
  expect(complaint).toMatch(message)
  expect(complaint.trim().split('\n')).toHaveLength(1)
})
