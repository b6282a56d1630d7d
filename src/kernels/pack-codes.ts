// Codes as a dense little-endian bitstream per row: code j occupies the bits [j · bits, (j + 1) · bits) of the row's
// words, least significant bit first; every row is padded to whole 32-bit words. (The layout inside GPTQ and
// compressed-tensors files.)
import code from '../../shaders/pack-codes.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'pack-codes',
  code,
  bindings: { codes: 'read', packed: 'read_write' },
  params: { rows: 'u32', columns: 'u32', bits: 'u32', words: 'u32' },
})

/** 32-bit words of one packed row. */
export function packedWords(columns: number, bits: number): number {
  return Math.ceil((columns * bits) / 32)
}

/** Records packed u32 [rows, packedWords(columns, bits)] of codes u32 [rows, columns]. */
export function packCodes(
  batch: Batch,
  bindings: { codes: Binding; packed: Binding },
  { rows, columns, bits }: { rows: number; columns: number; bits: number },
): void {
  const words = packedWords(columns, bits)
  batch.run(kernel, {
    bindings,
    params: { rows, columns, bits, words },
    workgroups: spread(Math.ceil((rows * words) / 64)),
    work: rows * columns,
  })
}

/** The same, bit by bit. */
export function reference(codes: ArrayLike<number>, rows: number, columns: number, bits: number): Uint32Array {
  const words = packedWords(columns, bits)
  const packed = new Uint32Array(rows * words)
  for (let row = 0; row < rows; row++)
    for (let bit = 0; bit < columns * bits; bit++) {
      const value = (codes[row * columns + Math.floor(bit / bits)] >> (bit % bits)) & 1
      packed[row * words + (bit >> 5)] |= value << (bit & 31)
    }
  return packed
}

/** Codes [rows, columns] of packed rows. */
export function unpackCodes(packed: Uint32Array, rows: number, columns: number, bits: number): Uint8Array<ArrayBuffer> {
  const words = packedWords(columns, bits)
  if (packed.length !== rows * words)
    throw new RangeError(
      `${packed.length} packed words, ${rows} rows of ${columns} codes of ${bits} bits have ${rows * words}`,
    )
  const codes = new Uint8Array(rows * columns)
  for (let row = 0, at = 0; row < rows; row++)
    for (let j = 0, bit = 32 * row * words; j < columns; j++, at++, bit += bits) {
      const word = bit >>> 5
      const shift = bit & 31
      let code = packed[word] >>> shift
      if (shift + bits > 32) code |= packed[word + 1] << (32 - shift)
      codes[at] = code & (2 ** bits - 1)
    }
  return codes
}
