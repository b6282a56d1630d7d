// The command line as scripts see it: exit status, lines on standard output, one line of complaint.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openSafetensors } from '../formats/safetensors.ts'
import { safetensorsBytes, type TensorToWrite } from '../formats/safetensors-write.ts'
import { bundledFolder } from '../test/bundled.ts'
import { gaussians } from '../test/numbers.ts'
import { main } from './quantize.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdquant-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

async function command(...args: string[]) {
  const out: string[] = []
  const complaints: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (out.push(String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (complaints.push(String(text)), true))
  const status = await main(args)
  vi.restoreAllMocks()
  const lines = out.join('').split('\n').filter(Boolean)
  return { status, lines, complaint: complaints.filter((line) => !line.startsWith('no graphics card')).join('') }
}

const events = (lines: string[]) => lines.map((line) => JSON.parse(line) as Record<string, unknown>)

function problem(tensors: TensorToWrite[]): string {
  const path = join(folder, 'problem.safetensors')
  writeFileSync(path, safetensorsBytes(tensors))
  return path
}

const f32 = (
  name: string,
  shape: number[],
  data = gaussians(
    shape.reduce((a, b) => a * b, 1),
    shape[0],
  ),
): TensorToWrite => ({
  name,
  dtype: 'F32',
  shape,
  data: data as Float32Array<ArrayBuffer>,
})

const recipes = 'rtn,gptq,cyclic,cdquant,gptq+cdquant'

test('layer: one line per recipe, the same from inputs as from their Hessian, and files that give the objective', async () => {
  const [rows, columns, tokens] = [12, 20, 1500]
  const weights = gaussians(rows * columns, 5)
  const inputs = gaussians(tokens * columns, 6)
  const hessian = new Float64Array(columns * columns)
  for (let t = 0; t < tokens; t++)
    for (let i = 0; i < columns; i++)
      for (let j = 0; j < columns; j++)
        hessian[i * columns + j] += (inputs[t * columns + i] * inputs[t * columns + j]) / tokens
  const given = f32('weights', [rows, columns], weights)
  const flags = ['--recipes', recipes, '--bits', '3', '--group', '8', '--save', join(folder, 'out')]
  const fromInputs = await command('layer', problem([given, f32('inputs', [tokens, columns], inputs)]), ...flags)
  expect(fromInputs.complaint).toBe('')
  expect(fromInputs.status).toBe(0)
  const results = events(fromInputs.lines)
  expect(results.map(({ event, recipe }) => `${String(event)} ${String(recipe)}`)).toEqual(
    recipes.split(',').map((recipe) => `layer ${recipe}`),
  )
  for (const result of results) {
    expect(Object.keys(result).sort()).toEqual(
      'adapter bits columns damping event grid group moves ms objective recipe relative rows'.split(' '),
    )
    const saved = await openSafetensors(
      new Blob([readFileSync(join(folder, 'out', `${String(result.recipe)}.safetensors`))]),
    )
    const codes = await saved.bytes('codes')
    const scales = await saved.floats('scales')
    const zeros = await saved.floats('zeros')
    expect(saved.tensors.get('scales')?.shape).toEqual([rows, 3])
    let objective = 0
    for (let r = 0; r < rows; r++) {
      const e = Float64Array.from({ length: columns }, (_, j) => {
        const g = 3 * r + Math.floor(j / 8)
        return scales[g] * (codes[r * columns + j] - zeros[g]) - weights[r * columns + j]
      })
      for (let i = 0; i < columns; i++)
        for (let j = 0; j < columns; j++) objective += e[i] * hessian[i * columns + j] * e[j]
    }
    // Float32 sums over 1500 tokens and 20 columns against float64.
    expect(Math.abs(Number(result.objective) / objective - 1)).toBeLessThan(1e-5)
  }
  const fromHessian = await command(
    'layer',
    problem([given, f32('hessian', [columns, columns], Float32Array.from(hessian))]),
    ...flags,
  )
  for (const [i, result] of events(fromHessian.lines).entries())
    expect(Math.abs(Number(result.objective) / Number(results[i].objective) - 1)).toBeLessThan(1e-3)
})

test('model: the run as events, the last one with every perplexity and layer', async () => {
  const text = (name: string) => join(bundledFolder, name)
  const log = join(folder, 'log.json')
  const flags = [
    '--recipes',
    'rtn,cdquant',
    '--bits',
    '3',
    '--samples',
    '2',
    '--windows',
    '2',
    '--window',
    '64',
    '--save-log',
    log,
  ]
  const { status, lines, complaint } = await command(
    ...[
      'model',
      bundledFolder,
      '--calibration',
      text('calibration.txt'),
      '--evaluation',
      text('evaluation.txt'),
      ...flags,
    ],
  )
  expect(status).toBe(0)
  // 128 tokens for 128 and 384 columns: every Hessian is short of tokens, and each is said.
  expect(complaint.split('\n').filter((line) => line.includes('fewer than 4 per column'))).toHaveLength(16)
  const all = events(lines)
  const last = all.at(-1) as { event: string; perplexity: Record<string, Record<string, number>>; layers: unknown[] }
  expect(last.event).toBe('finished')
  expect(Object.keys(last.perplexity)).toEqual(['unquantized', 'rtn', 'cdquant'])
  expect(last.perplexity.rtn).toMatchObject({ windows: 2, window: 64, targets: 126 })
  expect(last.layers).toHaveLength(56)
  expect(JSON.parse(readFileSync(log, 'utf8'))).toEqual(all)
})

test('token ids in a .json file need no tokenizer', async () => {
  const model = join(folder, 'model')
  for (const name of ['config.json', 'model.safetensors']) cpSync(join(bundledFolder, name), join(model, name))
  const ids = join(folder, 'ids.json')
  writeFileSync(ids, JSON.stringify(Array.from({ length: 130 }, (_, i) => (37 * i) % 1024)))
  const flags = ['--recipes', 'rtn', '--bits', '4', '--window', '64', '--windows', '0', '--samples', '1']
  expect((await command('model', model, '--calibration', ids, '--evaluation', ids, ...flags)).status).toBe(0)
  const text = join(bundledFolder, 'calibration.txt')
  const refused = await command('model', model, '--calibration', text, '--evaluation', ids, ...flags)
  expect(refused).toMatchObject({ status: 2, lines: [], complaint: expect.stringMatching(/no tokenizer\.json/) })
})

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
  ['an unknown flag', () => ['layer', problem(square), ...rtn, '--frob', '1'], /frob/],
  ['an unknown recipe', () => ['layer', problem(square), '--recipe', 'magic', '--bits', '3'], /unknown recipe 'magic'/],
  ['no bits', () => ['layer', problem(square), '--recipe', 'rtn'], /--bits is missing/],
  ['bits of 9', () => ['layer', problem(square), '--recipe', 'rtn', '--bits', '9'], /bits is 9/],
  ['bits that are no number', () => ['layer', problem(square), '--recipe', 'rtn', '--bits', 'x'], /--bits is 'x'/],
  [
    'a group wider than a row',
    () => ['layer', problem(square), ...rtn, '--group', '9'],
    /group 9 is larger than the 8 columns/,
  ],
  ['an unknown grid', () => ['layer', problem(square), ...rtn, '--grid', 'x'], /unknown grid 'x'/],
  [
    'an unknown order',
    () => ['layer', problem(square), ...rtn, '--order', 'x'],
    /--order is 'x'; allowed: natural, activation/,
  ],
  ['no file', () => ['layer', join(folder, 'none'), ...rtn], /none: no such file or folder/],
  ['a folder for a file', () => ['layer', folder, ...rtn], /is not a file/],
  ['no weights', () => ['layer', problem([square[1]]), ...rtn], /no tensor 'weights'/],
  ['no inputs', () => ['layer', problem([square[0]]), ...rtn], /no tensor 'hessian'/],
  [
    'weights as a vector',
    () => ['layer', problem([f32('weights', [8]), square[1]]), ...rtn],
    /shape \[8\], a matrix is needed/,
  ],
  [
    'inputs of another width',
    () => ['layer', problem([square[0], f32('inputs', [5, 7])]), ...rtn],
    /'inputs' has 7 columns, 'weights' has 8/,
  ],
  [
    'a Hessian that is not symmetric',
    () => ['layer', problem([square[0], f32('hessian', [8, 8])]), ...rtn],
    /not symmetric|diagonal/,
  ],
  [
    'a weight that is not a number',
    () => ['layer', problem([f32('weights', [1, 8], new Float32Array(8).fill(NaN)), square[1]]), ...rtn],
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
  const model = join(folder, 'model')
  cpSync(bundledFolder, model, { recursive: true })
  const text = join(folder, 'text.txt')
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

test('the launcher passes the status on and keeps standard output clean', async () => {
  const launcher = join(import.meta.dirname, 'launch.mjs')
  const result = await new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile('node', [launcher, 'quantize', 'layer', 'nowhere.safetensors', ...rtn], (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, stdout, stderr }),
    )
  })
  expect(result).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^[^\n]*no such file or folder\n$/),
  })
})
