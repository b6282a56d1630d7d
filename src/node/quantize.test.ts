// The command line as scripts see it: exit status, lines on standard output, saved files.
import { execFile } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSafetensors } from '../formats/safetensors.ts'
import { bundledFolder } from '../test/bundled.ts'
import { command, f32, freshFolder, problemFile } from '../test/command.ts'
import { gaussians } from '../test/numbers.ts'

const folder = freshFolder()
const events = (lines: string[]) => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
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
  const flags = ['--recipes', recipes, '--bits', '3', '--group', '8', '--save', join(folder.path, 'out')]
  const fromInputs = await command(
    'layer',
    problemFile(folder.path, [given, f32('inputs', [tokens, columns], inputs)]),
    ...flags,
  )
  expect(fromInputs.complaint).toBe('')
  expect(fromInputs.status).toBe(0)
  const results = events(fromInputs.lines)
  expect(results.map(({ event, recipe }) => `${String(event)} ${String(recipe)}`)).toEqual(
    recipes.split(',').map((recipe) => `layer ${recipe}`),
  )
  for (const result of results) {
    expect(Object.keys(result).sort()).toEqual(
      'adapter bits columns damping effectiveBits event grid group moves ms objective recipe relative rows'.split(' '),
    )
    const saved = await openSafetensors(
      new Blob([readFileSync(join(folder.path, 'out', `${String(result.recipe)}.safetensors`))]),
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
    problemFile(folder.path, [given, f32('hessian', [columns, columns], Float32Array.from(hessian))]),
    ...flags,
  )
  for (const [i, result] of events(fromHessian.lines).entries())
    expect(Math.abs(Number(result.objective) / Number(results[i].objective) - 1)).toBeLessThan(1e-3)
})

test('model: the run as events, the last one with every perplexity and layer', async () => {
  const text = (name: string) => join(bundledFolder, name)
  const log = join(folder.path, 'log.json')
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
  const model = join(folder.path, 'model')
  for (const name of ['config.json', 'model.safetensors']) cpSync(join(bundledFolder, name), join(model, name))
  const ids = join(folder.path, 'ids.json')
  writeFileSync(ids, JSON.stringify(Array.from({ length: 130 }, (_, i) => (37 * i) % 1024)))
  const flags = ['--recipes', 'rtn', '--bits', '4', '--window', '64', '--windows', '0', '--samples', '1']
  expect((await command('model', model, '--calibration', ids, '--evaluation', ids, ...flags)).status).toBe(0)
  const text = join(bundledFolder, 'calibration.txt')
  const refused = await command('model', model, '--calibration', text, '--evaluation', ids, ...flags)
  expect(refused).toMatchObject({ status: 2, lines: [], complaint: expect.stringMatching(/no tokenizer\.json/) })
})

test('the launcher passes the status on and keeps standard output clean', async () => {
  const launcher = join(import.meta.dirname, 'launch.mjs')
  const result = await new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(
      'node',
      [launcher, 'quantize', 'layer', 'nowhere.safetensors', '--recipe', 'rtn', '--bits', '3'],
      (error, stdout, stderr) => resolve({ status: error ? error.code : 0, stdout, stderr }),
    )
  })
  expect(result).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^[^\n]*no such file or folder\n$/),
  })
})
