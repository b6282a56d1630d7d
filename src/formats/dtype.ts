// Number types of safetensors and GGUF, and their conversion to float32.
import { floatsOfBfloats, floatsOfHalves, fromHalf } from '../math/half.ts'
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

/** Types of safetensors. */
export type Dtype = keyof typeof dtypeBits

/** Types of tensors in any file: Q8_0 and Q4_0 are GGUF's blocks of 32 numbers with one float16 scale. */
export type TensorType = Dtype | 'Q8_0' | 'Q4_0'

export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(dtypeBits, name)
}

/** The types that become float32. */
export const readable: readonly TensorType[] = ['F64', 'F32', 'F16', 'BF16', 'F8_E5M2', 'F8_E4M3', 'Q8_0', 'Q4_0']

/** Whether a type becomes float32. */
export function isFloat(dtype: TensorType): boolean {
  return readable.includes(dtype)
}

/** 1 sign, 5 exponent and 2 mantissa bits: the upper byte of a float16 (Micikevicius et al. 2022, arXiv:2209.05433). */
const e5m2 = Float32Array.from({ length: 256 }, (_, byte) => fromHalf(byte << 8))

/** 1 sign, 4 exponent (bias 7) and 3 mantissa bits, without infinities, NaN at all ones (the same paper, E4M3). */
const e4m3 = Float32Array.from({ length: 256 }, (_, byte) => {
  const [exponent, mantissa] = [(byte >> 3) & 15, byte & 7]
  const size = exponent ? (8 + mantissa) * 2 ** (exponent - 10) : mantissa * 2 ** -9
  return (byte & 127) === 127 ? NaN : byte & 128 ? -size : size
})

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
  if (dtype === 'F8_E5M2') return looked(e5m2, bytes)
  if (dtype === 'F8_E4M3') return looked(e4m3, bytes)
  throw new InputError(`${what} is ${dtype}; F64, F32, F16, BF16, F8_E5M2 and F8_E4M3 can be read`)
}

function looked(table: Float32Array, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) floats[i] = table[bytes[i]]
  return floats
}
