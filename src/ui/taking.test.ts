import { expect, test } from 'vitest'
import type { Playground } from '../store/playground.ts'
import { isSavedRun, takeInTurn } from './taking.ts'

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

test('what is dropped last is taken last, however long the folder before it takes to walk', async () => {
  const opened: string[] = []
  const playground = { opening: { files: (name: string) => opened.push(name) } } as unknown as Playground
  let walked = () => {}
  const walk = new Promise<void>((resolve) => (walked = resolve))
  const picked = { name: 'large', files: files('config.json', 'a.safetensors') }
  const large = takeInTurn(
    playground,
    walk.then(() => picked),
  )
  const unreadable = takeInTurn(playground, Promise.reject(new Error('gone')))
  const small = takeInTurn(playground, Promise.resolve({ name: 'small', files: files('config.json', 'b.safetensors') }))
  walked()
  await expect(unreadable).rejects.toThrow('gone')
  expect(await Promise.all([large, small])).toEqual([true, true])
  expect(opened).toEqual(['large', 'small'])
})
