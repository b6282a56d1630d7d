import { expect, test } from 'vitest'
import { f32 } from '../test/command.ts'
import { textFile, weightsFile } from '../test/files.ts'
import { isBare, openBare } from './bare.ts'
import type { Dtype } from './dtype.ts'
import { safetensorsBytes } from './safetensors-write.ts'

const file = (path: string, tensors: Record<string, [Dtype, number[]]>) => ({
  path,
  blob: new Blob([
    safetensorsBytes(
      Object.entries(tensors).map(([name, [dtype, shape]]) => {
        const count = shape.reduce((a, b) => a * b, 1)
        const data = dtype === 'F32' ? Float32Array.from({ length: count }, (_, i) => i) : new Uint8Array(count)
        return { name, dtype, shape, data }
      }),
    ),
  ]),
})

test('matrices are listed, with their inputs from another file; all else is named with the reason', async () => {
  const files = [
    file('weights.safetensors', {
      'a.weight': ['F32', [4, 3]],
      b: ['F8_E4M3', [2, 5]],
      'a.bias': ['F32', [4]],
      mask: ['BOOL', [3, 3]],
    }),
    file('inputs.safetensors', { 'a.inputs': ['F32', [7, 3]], 'c.inputs': ['F32', [7, 3]] }),
  ]
  expect(isBare(files)).toBe(true)
  expect(isBare([...files, textFile('config.json', {})])).toBe(false)
  const bare = await openBare('loose', files)
  expect(bare.facts.layers.map(({ layer, rows, columns, inputs }) => [layer, rows, columns, inputs?.tokens])).toEqual([
    ['a', 4, 3, 7],
    ['b', 2, 5, undefined],
  ])
  expect(bare.facts.skipped).toEqual([
    { tensor: 'a.bias', reason: 'shape [4], no matrix' },
    { tensor: 'mask', reason: 'BOOL, no weights' },
    { tensor: 'c.inputs', reason: 'inputs of a matrix that is not there' },
  ])
  expect(structuredClone(bare.facts)).toEqual(bare.facts)
  const a = bare.layer('a.weight')
  expect([...(await bare.weights(a))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  expect([...(await bare.inputs(a, 5, 2))]).toEqual([15, 16, 17, 18, 19, 20])
  await expect(bare.inputs(bare.layer('b'), 0, 1)).rejects.toThrow("'b' has no inputs: no tensor 'b.inputs'")
  expect(() => bare.layer('x')).toThrow("no matrix 'x' among the 2 of loose, such as 'a', 'b'")
})

test.each([
  [
    'no matrix',
    [weightsFile('m.safetensors', 'a')],
    'no config.json, and no matrix among the 1 tensors of m.safetensors',
  ],
  [
    'inputs of another width',
    [file('m.safetensors', { 'a.weight': ['F32', [4, 3]], 'a.inputs': ['F32', [7, 4]] })],
    "tensor 'a.inputs' is F32 [7, 4]; inputs of 'a.weight' are floats [tokens, 3]",
  ],
  [
    'one tensor in two files',
    [file('m.safetensors', { a: ['F32', [4, 3]] }), file('n.safetensors', { a: ['F32', [4, 3]] })],
    "tensor 'a' is in two files: m.safetensors and n.safetensors",
  ],
  ['packed weights', [weightsFile('m.safetensors', 'a.weight_packed')], 'these weights are quantized already'],
])('refuses %s', async (_, files, message) => {
  await expect(openBare('x', files)).rejects.toThrow(message)
})

test('names that cannot stand on a page are left out and written so that they can; all others are taken', async () => {
  const good = ['__proto__', 'tête / ß', '../x', '.weight', 'x'.repeat(1000)]
  const bad = ['up\u202e', 'a\nb', 'y'.repeat(1001), ' ']
  const bytes = safetensorsBytes([...good, ...bad].map((name) => f32(name, [2, 2])))
  const { facts } = await openBare('loose', [{ path: 'a.safetensors', blob: new Blob([bytes]) }])
  expect(facts.layers.map(({ layer }) => layer).sort()).toEqual([...good].sort())
  expect(facts.skipped).toHaveLength(bad.length)
  const skipped = [
    { tensor: 'upU+202E', reason: 'its name has the character U+202E, which is not seen' },
    { tensor: 'aU+000Ab', reason: 'its name has the character U+000A, which is not seen' },
    { tensor: `${'y'.repeat(80)} …`, reason: 'its name has 1001 characters; allowed are 1000' },
    { tensor: ' ', reason: 'its name is empty' },
  ]
  expect(facts.skipped).toEqual(expect.arrayContaining(skipped))
})
