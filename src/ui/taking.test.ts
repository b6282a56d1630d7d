import { expect, test } from 'vitest'
import { isSavedRun } from './taking.ts'

const files = (...paths: string[]) => paths.map((path) => ({ path, blob: new Blob() }))

test('one JSON file is a saved run, unless it is part of a checkpoint', () => {
  expect(isSavedRun(files('tiny-tales-1m-3bit-row.json'))).toBe(true)
  expect(isSavedRun(files('RUN.JSON'))).toBe(true)
  for (const name of [
    'config.json',
    'tokenizer.json',
    'model.safetensors.index.json',
    'model.safetensors',
    'notes.txt',
  ])
    expect(isSavedRun(files(name)), name).toBe(false)
  expect(isSavedRun(files('run.json', 'config.json'))).toBe(false)
  expect(isSavedRun([])).toBe(false)
})
