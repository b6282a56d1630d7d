import { expect, test } from 'vitest'
import { isText, relative } from './files.ts'

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
  expect(paths('./config.json', './model.safetensors')).toEqual([
    'local checkpoint',
    'config.json',
    'model.safetensors',
  ])
  expect(paths('./model.gguf')).toEqual(['model.gguf', 'model.gguf'])
  expect(paths()).toEqual(['local checkpoint'])
})

test('text files alone are texts', () => {
  expect(isText(named('a.txt', 'B.TXT'))).toBe(true)
  expect(isText(named('a.txt', 'config.json'))).toBe(false)
  expect(isText([])).toBe(false)
})
