import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { safetensorsFile } from '../test/files.ts'
import { InputError } from './errors.ts'
import { openSafetensors } from './safetensors.ts'

const odd = '../shared/odd-safetensors'

const tensor = (dtype: string, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets })
const two = (first: unknown, second: unknown) => JSON.stringify({ a: first, b: second })

test('reads types, shapes, metadata and numbers', async () => {
  const header = {
    __metadata__: { format: 'pt' },
    half: tensor('F16', [2], [4, 8]),
    ['__proto__']: tensor('F32', [], [0, 4]),
    empty: tensor('I64', [3, 0], [8, 8]),
    bfloat: tensor('BF16', [1, 2], [8, 12]),
    double: tensor('F64', [1], [12, 20]),
  }
  const data = new DataView(new ArrayBuffer(20))
  data.setFloat32(0, 1.5, true)
  data.setUint16(4, 0x3c00, true)
  data.setUint16(6, 0x0001, true)
  data.setUint16(8, 0xbf80, true)
  data.setUint16(10, 0x4049, true)
  data.setFloat64(12, 0.1, true)
  // A header whose length is no multiple of 8 is legal: nothing may rely on alignment.
  const file = await openSafetensors(safetensorsFile(JSON.stringify(header), new Uint8Array(data.buffer)))
  expect([...file.tensors.keys()]).toEqual(['half', '__proto__', 'empty', 'bfloat', 'double'])
  expect(file.metadata).toEqual(new Map([['format', 'pt']]))
  expect(file.tensors.get('bfloat')).toMatchObject({ dtype: 'BF16', shape: [1, 2] })
  expect([...(await file.floats('__proto__'))]).toEqual([1.5])
  expect([...(await file.floats('half'))]).toEqual([1, 2 ** -24])
  expect([...(await file.floats('half', 1, 1))]).toEqual([2 ** -24])
  expect([...(await file.floats('bfloat'))]).toEqual([-1, 3.140625])
  expect([...(await file.floats('double'))]).toEqual([Math.fround(0.1)])
  expect(await file.bytes('empty')).toHaveLength(0)
  await expect(file.floats('empty')).rejects.toThrow(
    "tensor 'empty' is I64; F64, F32, F16, BF16, F8_E5M2 and F8_E4M3 can be read",
  )
  await expect(file.floats('none')).rejects.toThrow("safetensors: no tensor 'none' among its 5")
  await expect(file.floats('half', 1, 2)).rejects.toThrow("elements 1 to 3 of tensor 'half', which has 2")
})

test('counts values that are not finite', async () => {
  const values = new Float32Array([1, NaN, -Infinity, 4, Infinity])
  const file = await openSafetensors(
    safetensorsFile(JSON.stringify({ x: tensor('F32', [5], [0, 20]) }), new Uint8Array(values.buffer)),
    'model.safetensors',
  )
  await expect(file.floats('x')).rejects.toThrow("model.safetensors: tensor 'x' has 3 values that are not finite")
  await expect(file.floats('x', 0, 2)).rejects.toThrow("tensor 'x' has 1 value that is not finite")
  expect([...(await file.floats('x', 3, 1))]).toEqual([4])
})

test.each([
  [
    'a hole',
    two(tensor('U8', [2], [0, 2]), tensor('U8', [2], [3, 5])),
    5,
    "tensor 'b' starts at 116, 'a' ends at 115: a hole of 1 bytes",
  ],
  [
    'an overlap',
    two(tensor('U8', [2], [0, 2]), tensor('U8', [2], [1, 3])),
    3,
    "tensor 'b' starts at 114, 'a' ends at 115: they overlap",
  ],
  [
    'the same bytes twice',
    two(tensor('U8', [2], [0, 2]), tensor('U8', [2], [0, 2])),
    2,
    "tensor 'b' starts at 113, 'a' ends at 115: they overlap",
  ],
  [
    'a late start',
    two(tensor('U8', [0], [1, 1]), tensor('U8', [1], [1, 2])),
    2,
    "tensor 'a' starts at 114, the data starts at 113: a hole of 1 bytes",
  ],
  [
    'a short file',
    two(tensor('U8', [2], [0, 2]), tensor('U8', [2], [2, 4])),
    3,
    "tensor 'b' ends at 117, the file has 116 bytes",
  ],
  [
    'a long file',
    two(tensor('U8', [2], [0, 2]), tensor('U8', [2], [2, 4])),
    9,
    "the last tensor 'b' ends at 117, the file has 122 bytes",
  ],
  ['no tensor but data', '{}', 3, 'the header ends at 10, the file has 13 bytes'],
  [
    'a wrong size',
    '{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}',
    8,
    "tensor 'a' of shape [3] in F32 needs 12 bytes, data_offsets give 8",
  ],
  [
    'end before start',
    '{"a":{"dtype":"U8","shape":[1],"data_offsets":[2,1]}}',
    2,
    "tensor 'a' ends at 1, before its start at 2",
  ],
  [
    'an unknown type',
    '{"a":{"dtype":"toString","shape":[1],"data_offsets":[0,1]}}',
    1,
    "tensor 'a' has the unknown dtype 'toString'",
  ],
  [
    'a fraction',
    '{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}',
    1,
    "tensor 'a' has the shape [1.0]; whole numbers below 2^53 are needed",
  ],
  [
    '2^53 + 1',
    '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,9007199254740993]}}',
    1,
    "tensor 'a' has the data_offsets [0, 9007199254740993]",
  ],
  [
    'a huge shape',
    '{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,1]}}',
    1,
    'is larger than 2^53 bits',
  ],
  [
    'a huge shape with a zero',
    '{"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}',
    0,
    'is larger than 2^53 bits',
  ],
  ['half a byte', '{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}', 1, 'in F4 is 12 bits, not whole bytes'],
  [
    'three offsets',
    '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}',
    1,
    "tensor 'a' has the data_offsets [0, 1, 2]",
  ],
  ['no offsets', '{"a":{"dtype":"U8","shape":[1]}}', 1, "tensor 'a' has the data_offsets (absent)"],
  ['no object', '{"a":7}', 1, "tensor 'a' is described by 7, not by an object"],
  ['an array', '[]', 0, 'the header is an array, not an object'],
  ['metadata of numbers', '{"__metadata__":{"n":1}}', 0, "__metadata__ 'n' is 1, not a string"],
  [
    'a name twice',
    '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
    1,
    "the name 'a' occurs twice",
  ],
])('refuses %s', async (_, header, dataBytes, message) => {
  const error = await openSafetensors(safetensorsFile(header, new Uint8Array(dataBytes))).catch(
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(InputError)
  expect((error as Error).message).toMatch(/^safetensors: /)
  expect((error as Error).message).toContain(message)
})

test.each([
  ['7 bytes', new Uint8Array(7), 'x: the file has 7 bytes, a safetensors file has at least 8'],
  [
    'a header beyond the limit',
    [0x01, 0xe1, 0xf5, 0x05, 0, 0, 0, 0],
    'x: the header claims 100000001 bytes, the limit is 100000000',
  ],
  ['a header beyond the file', [9, 0, 0, 0, 0, 0, 0, 0, 0x7b], 'x: the header ends at 17, the file has 9 bytes'],
  ['no UTF-8', [1, 0, 0, 0, 0, 0, 0, 0, 0xff], 'x: the header of 1 bytes is not UTF-8'],
  ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', 'x is a Git LFS pointer'],
  ['a web page', '\n<!DOCTYPE html><title>404</title>', 'x is a web page'],
  ['a zip archive', 'PK\x03\x04\0\0\b\b data.pkl', 'x is a zip archive'],
  ['GGUF', 'GGUF\x03\0\0\0 …', 'x is a GGUF file'],
])('refuses %s', async (_, content, message) => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content)
  await expect(openSafetensors(new Blob([bytes]), 'x')).rejects.toThrow(message)
})

test('a file that vanished is an error that says so', async () => {
  const gone = new Blob([new Uint8Array(16)])
  gone.slice = () => ({ arrayBuffer: () => Promise.reject(new Error('NotFoundError')) }) as unknown as Blob
  await expect(openSafetensors(gone, 'x')).rejects.toThrow('x: bytes 0 to 8 could not be read (Error: NotFoundError)')
})

if (existsSync(odd))
  test('agrees with the official library on every odd file', async () => {
    const { files } = JSON.parse(readFileSync(`${odd}/expected.json`, 'utf8')) as {
      files: Record<string, { accepts: boolean; tensors?: number }>
    }
    const disagreements: string[] = []
    for (const [path, { accepts, tensors }] of Object.entries(files)) {
      const outcome = await openSafetensors(new Blob([readFileSync(`${odd}/${path}`)]), path).catch(
        (error: unknown) => error,
      )
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(InputError)
        if (accepts) disagreements.push(outcome.message)
      } else if (!accepts || (outcome as { tensors: Map<string, unknown> }).tensors.size !== tensors)
        disagreements.push(`${path} was accepted`)
    }
    expect(disagreements).toEqual([])
    expect(Object.keys(files).length).toBeGreaterThan(60)
  })
