// What --layer-bits reads, and what it refuses.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { InputError } from '../formats/errors.ts'
import { freshFolder } from '../test/command.ts'
import { layerBitsOf } from './layer-bits.ts'

const folder = freshFolder()
const saved = (text: string) => {
  const path = join(folder.path, 'mix.json')
  writeFileSync(path, text)
  return path
}

test('pairs and files give the same', async () => {
  const bits = { 'model.layers.0.mlp.up_proj': 2, 'model.layers.1.mlp.up_proj': 8 }
  expect(await layerBitsOf('model.layers.0.mlp.up_proj=2, model.layers.1.mlp.up_proj=8')).toEqual(bits)
  expect(await layerBitsOf(saved(JSON.stringify(bits)))).toEqual(bits)
})

test.each<[string, () => string, RegExp]>([
  ['a pair without bits', () => 'a=2,b', /has 'b'; allowed: PATH=BITS/],
  ['bits that are no number', () => 'a=two', /has 'a=two'/],
  ['a layer twice', () => 'a=2,a=3', /names a twice/],
  ['a file that is no JSON', () => saved('{'), /mix.json: /],
  ['a list', () => saved('[2]'), /mix.json is no object/],
  ['text for a number', () => saved('{"a": "2"}'), /bits of a are "2"/],
  ['no file', () => join(folder.path, 'none.json'), /no such file/],
])('%s is refused', async (_, given, message) => {
  const read = async () => layerBitsOf(given())
  await expect(read).rejects.toThrow(InputError)
  await expect(read).rejects.toThrow(message)
})
