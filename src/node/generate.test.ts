// `generate` as scripts see it.
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundledFolder } from '../test/bundled.ts'
import { command, freshFolder } from '../test/command.ts'

const folder = freshFolder()
const prompt = ['--prompt', 'Once upon a time, a']

test('the unquantized model goes on as the official code does, then each recipe', async () => {
  const flags = ['--recipe', 'cdquant', '--samples', '2', '--window', '64', '--tokens', '60']
  const { status, lines } = await command('generate', bundledFolder, ...prompt, ...flags)
  expect(status).toBe(0)
  const golden = JSON.parse(readFileSync(join(bundledFolder, 'golden.json'), 'utf8')) as {
    prompts: { greedy_ids: number[]; greedy_text: string }[]
  }
  const [unquantized, recipe] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const { greedy_ids: ids, greedy_text: text } = golden.prompts[0]
  expect(unquantized).toMatchObject({ event: 'written', model: 'unquantized', ids, text, ending: 'limit' })
  expect(recipe).toMatchObject({ event: 'written', model: 'cdquant', prompt: prompt[1] })
  expect(recipe.ids).toHaveLength(60)
  expect(lines).toHaveLength(2)
})

test('drawn tokens are others than the likeliest', async () => {
  const flags = ['--temperature', '0.9', '--seed', '5', '--tokens', '8']
  const { lines } = await command('generate', bundledFolder, ...prompt, ...flags)
  const { ids } = JSON.parse(lines[0]) as { ids: number[] }
  expect(ids).toHaveLength(8)
  expect(ids).not.toEqual([547, 573, 709, 413, 700, 466, 274, 591])
})

test.each<[string, string[], RegExp]>([
  ['no prompt', [], /--prompt TEXT is missing/],
  ['tokens that are no number', [...prompt, '--tokens', 'x'], /--tokens is 'x', which is not a number/],
  ['no tokens', [...prompt, '--tokens', '0'], /tokens is 0; allowed/],
  ['an unknown flag', [...prompt, '--windows', '1'], /windows/],
])('refused: %s', async (_, flags, message) => {
  expect(await command('generate', bundledFolder, ...flags)).toMatchObject({
    status: 2,
    lines: [],
    complaint: expect.stringMatching(message) as string,
  })
})

test('refused: a recipe without a text to calibrate on', async () => {
  for (const name of ['config.json', 'tokenizer.json', 'model.safetensors'])
    cpSync(join(bundledFolder, name), join(folder.path, 'model', name))
  const { status, complaint } = await command('generate', join(folder.path, 'model'), ...prompt, '--recipe', 'rtn')
  expect([status, complaint]).toEqual([
    2,
    expect.stringMatching(/--calibration TEXT is missing, and .*model has no calibration\.txt/),
  ])
})
