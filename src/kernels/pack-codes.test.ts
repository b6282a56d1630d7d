import { expect, test } from 'vitest'
import { raggedShapes, seededLevels } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { packCodes, packedWords, reference, unpackCodes } from './pack-codes.ts'

async function packed(codes: Uint32Array, rows: number, columns: number, bits: number): Promise<Uint32Array> {
  return withGpu(async (gpu, scope) => {
    const out = scope.buffer('packed', 4 * rows * packedWords(columns, bits))
    const batch = gpu.batch('pack')
    packCodes(batch, { codes: scope.upload('codes', codes), packed: out }, { rows, columns, bits })
    await batch.submit()
    return gpu.readU32(out)
  })
}

test.each(raggedShapes)('packing %i rows of %i codes', async (rows, columns) => {
  for (let bits = 2; bits <= 8; bits++) {
    const { codes } = seededLevels(rows, columns, 1, bits, bits)
    const words = await packed(codes, rows, columns, bits)
    expect(words).toEqual(reference(codes, rows, columns, bits))
    expect(unpackCodes(words, rows, columns, bits)).toEqual(Uint8Array.from(codes))
  }
})

// What GPTQ's and compressed-tensors' packers write for these codes.
test.each([
  [4, 8, (i: number) => i, [0x76543210]],
  [3, 32, (i: number) => i % 8, [0x88fac688, 0xc688fac6, 0xfac688fa]],
  [2, 16, (i: number) => i % 4, [0xe4e4e4e4]],
  [8, 4, (i: number) => [0, 1, 2, 255][i], [0xff020100]],
])('known words of %i-bit codes', async (bits, columns, code, words) => {
  const codes = Uint32Array.from({ length: columns }, (_, i) => code(i))
  expect([...(await packed(codes, 1, columns, bits))]).toEqual(words)
})

test('packed rows of another length are refused', () => {
  expect(() => unpackCodes(new Uint32Array(5), 2, 40, 3)).toThrow('5 packed words, 2 rows of 40 codes of 3 bits have 8')
})
