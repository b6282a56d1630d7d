// Number types of safetensors and their conversion to float32.
import { floatsOfBfloats, floatsOfHalves } from '../math/half.ts'
import { InputError } from './errors.ts'

/** Bits of an element, in the order of the official library (it writes the last types first). */
export const dtypeBits = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const

export type Dtype = keyof typeof dtypeBits

export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(dtypeBits, name)
}

/** The types that `decodeFloats` reads. */
export function isFloat(dtype: Dtype): boolean {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || dtype === 'F64'
}

/**
 * float32 numbers of little-endian bytes; F64 is rounded, the others are exact.
 * @throws InputError for other types, naming `what`.
 */
export function decodeFloats(dtype: Dtype, bytes: Uint8Array<ArrayBuffer>, what: string): Float32Array<ArrayBuffer> {
  const width = dtypeBits[dtype] / 8
  if (bytes.byteOffset % width) bytes = bytes.slice()
  const { buffer, byteOffset } = bytes
  const count = bytes.byteLength / width
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, count)
  if (dtype === 'F16') return floatsOfHalves(new Uint16Array(buffer, byteOffset, count))
  if (dtype === 'BF16') return floatsOfBfloats(new Uint16Array(buffer, byteOffset, count))
  if (dtype === 'F64') return Float32Array.from(new Float64Array(buffer, byteOffset, count))
  throw new InputError(`${what} is ${dtype}; F32, F16, BF16 and F64 can be read`)
}
