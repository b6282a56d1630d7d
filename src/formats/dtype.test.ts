// The 256 numbers of each eight-bit float, against the words of its definition.
import { expect, test } from 'vitest'
import { decodeFloats, isFloat } from './dtype.ts'

/** sign · 1.mantissa · 2^(exponent − bias) from the written bits; 0.mantissa · 2^(1 − bias) where the exponent is 0. */
function byBits(byte: number, exponentBits: number, bias: number): number {
  const bits = byte.toString(2).padStart(8, '0')
  const exponent = parseInt(bits.slice(1, 1 + exponentBits), 2)
  const fraction = parseInt(bits.slice(1 + exponentBits), 2) / 2 ** (7 - exponentBits)
  const size = exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias)
  return bits.startsWith('1') ? -size : size
}

const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)

test('F8_E4M3: 448 at most, no infinity, NaN at all ones', () => {
  const numbers = decodeFloats('F8_E4M3', bytes, 'x')
  for (const byte of bytes) expect(numbers[byte], `byte ${byte}`).toBe((byte & 127) === 127 ? NaN : byBits(byte, 4, 7))
  expect([numbers[0x01], numbers[0x38], numbers[0x7e], numbers[0xfe]]).toEqual([2 ** -9, 1, 448, -448])
  expect(Object.is(numbers[0x80], -0)).toBe(true)
})

test('F8_E5M2: 57344 at most, then infinity and NaN, as float16', () => {
  const numbers = decodeFloats('F8_E5M2', bytes, 'x')
  for (const byte of bytes) {
    const size = byte & 127
    const special = size === 124 ? (byte & 128 ? -Infinity : Infinity) : NaN
    expect(numbers[byte], `byte ${byte}`).toBe(size >= 124 ? special : byBits(byte, 5, 15))
  }
  expect([numbers[0x01], numbers[0x3c], numbers[0x7b]]).toEqual([2 ** -16, 1, 57344])
})

test('integers and unfamiliar floats are not read, with the reason', () => {
  for (const dtype of ['I8', 'U8', 'BOOL', 'I32', 'F8_E8M0', 'F8_E4M3FNUZ'] as const) {
    expect(isFloat(dtype)).toBe(false)
    expect(() => decodeFloats(dtype, new Uint8Array(8), 'm: x')).toThrow(
      `m: x is ${dtype}; F64, F32, F16, BF16, F8_E5M2 and F8_E4M3 can be read`,
    )
  }
})
