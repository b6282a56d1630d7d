import { expect, test } from 'vitest'
import { isText, looseName, relative } from './files.ts'

const blob = new Blob([])
const named = (...paths: string[]) => paths.map((path) => ({ path, blob }))
const paths = (...given: string[]) => {
  const { name, files } = relative(named(...given))
  return [name, ...files.map(({ path }) => path)]
}

test('a dropped folder gives its name and loses it from the paths', () => {
  expect(paths('/smol/config.json', '/smol/model.safetensors')).toEqual(['smol', 'config.json', 'model.safetensors'])
  expect(paths('./a/b/config.json', './a/b/x/y.txt')).toEqual(['b', 'config.json', 'x/y.txt'])
})

test('loose files have no folder', () => {
  expect(paths('./config.json', './model.safetensors')).toEqual(['', 'config.json', 'model.safetensors'])
  expect(paths('./model.gguf')).toEqual(['', 'model.gguf'])
  expect(paths()).toEqual([''])
})

test.each([
  ['{"_name_or_path": "HuggingFaceTB/SmolLM2-135M"}', 'SmolLM2-135M'],
  ['{"_name_or_path": "C:\\\\models\\\\tiny\\\\"}', 'tiny'],
  ['{"_name_or_path": ""}', 'weights'],
  ['{"_name_or_path": 7}', 'weights'],
  ['null', 'weights'],
  ['{', 'weights'],
])('loose files with config %s are called %s', async (config, name) => {
  const files = [...named('weights-00001-of-00002.safetensors'), { path: 'config.json', blob: new Blob([config]) }]
  expect(await looseName(files)).toBe(name)
})

test('loose files without a config are called after a file', async () => {
  expect(await looseName(named('model.gguf'))).toBe('model.gguf')
  expect(await looseName([])).toBe('')
})

test('text files alone are texts', () => {
  expect(isText(named('a.txt', 'B.TXT'))).toBe(true)
  expect(isText(named('a.txt', 'config.json'))).toBe(false)
  expect(isText([])).toBe(false)
})
