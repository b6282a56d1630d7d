import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openSafetensors } from './safetensors.ts'
import { safetensorsBytes, safetensorsParts } from './safetensors-write.ts'

test('what is written is read back', async () => {
  const values = Float32Array.from([1, -2, 3.5, 1e-30, 7, 0])
  const bytes = safetensorsBytes(
    [
      { name: 'codes', dtype: 'U8', shape: [2, 3], data: Uint8Array.from([0, 1, 2, 3, 4, 5]) },
      { name: 'scales', dtype: 'F32', shape: [2, 3], data: values },
      { name: 'empty', dtype: 'F32', shape: [0], data: new Float32Array() },
      { name: 'half', dtype: 'F16', shape: [1], data: Uint16Array.of(0x3c00) },
    ],
    { recipe: 'gptq' },
  )
  const file = await openSafetensors(new Blob([bytes]))
  expect([...file.tensors.keys()]).toEqual(['empty', 'scales', 'half', 'codes'])
  expect(file.metadata).toEqual(new Map([['recipe', 'gptq']]))
  expect(await file.floats('scales')).toEqual(values)
  expect([...(await file.bytes('codes'))]).toEqual([0, 1, 2, 3, 4, 5])
  expect([...(await file.floats('half'))]).toEqual([1])
  expect(file.tensors.get('empty')!.start % 8).toBe(0)
})

test('an existing checkpoint of the official library is written again byte for byte', async () => {
  const original = readFileSync('public/models/tiny-tales-1m/model.safetensors')
  const file = await openSafetensors(new Blob([original]))
  const tensors = await Promise.all(
    [...file.tensors]
      .reverse()
      .map(async ([name, { dtype, shape }]) => ({ name, dtype, shape, data: await file.bytes(name) })),
  )
  expect(original.equals(safetensorsBytes(tensors, Object.fromEntries(file.metadata)))).toBe(true)
})

test('a view into a larger buffer writes its own part, and parts are not copied', () => {
  const data = new Uint8Array([9, 1, 2, 9]).subarray(1, 3)
  const tensor = { name: 'a', dtype: 'U8', shape: [2], data } as const
  expect(safetensorsParts([tensor])[1]).toBe(data)
  expect([...safetensorsBytes([tensor]).subarray(-2)]).toEqual([1, 2])
})

test('names are ordered by code point', () => {
  const tensor = (name: string) => ({ name, dtype: 'U8', shape: [0], data: new Uint8Array() }) as const
  const [header] = safetensorsParts(['\u{1f600}', '\uffee', 'b', 'a1', 'a'].map(tensor))
  const json = new TextDecoder().decode(header).slice(8)
  expect(Object.keys(JSON.parse(json) as object)).toEqual(['a', 'a1', 'b', '\uffee', '\u{1f600}'])
})

test('refuses what does not fit', () => {
  const data = new Uint8Array(4)
  expect(() => safetensorsParts([{ name: 'a', dtype: 'F32', shape: [2], data }])).toThrow(
    "tensor 'a' [2] in F32 needs 8 bytes, got 4",
  )
  const twice = { name: 'a', dtype: 'F32', shape: [1], data } as const
  expect(() => safetensorsParts([twice, twice])).toThrow("tensor name 'a' is taken")
})
