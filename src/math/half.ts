// float16 and bfloat16 as 16-bit patterns. To 16 bits: round to nearest, ties to even, overflow to infinity, subnormals
// kept (IEEE 754-2008 §4.3.1, §3.6; bfloat16 = the upper half of a float32). A number is first rounded to float32, as
// on the GPU.

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Pattern of float16 for the pattern of a float32. NaN stays NaN and keeps the upper bits of its payload. */
function halfBits(word: number): number {
  const sign = (word >>> 16) & 0x8000
  const size = word & 0x7fffffff
  if (size > 0x7f800000) return sign | 0x7e00 | ((size >>> 13) & 0x3ff)
  if (size >= 0x47800000) return sign | 0x7c00
  // From 2^-14 on: rebias the exponent; a carry out of the mantissa is the next exponent, at the top infinity.
  if (size >= 0x38800000) return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13)
  if (size < 0x33000000) return sign
  const mantissa = (size & 0x7fffff) | 0x800000
  const shift = 126 - (size >>> 23)
  return sign | ((mantissa + (1 << (shift - 1)) - 1 + ((mantissa >>> shift) & 1)) >>> shift)
}

/** Pattern of float32 for the pattern of a float16 (exact). */
function wordOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16
  const exponent = half & 0x7c00
  const mantissa = half & 0x3ff
  if (exponent === 0x7c00) return (sign | 0x7f800000 | (mantissa << 13)) >>> 0
  if (exponent !== 0) return (sign | (((half & 0x7fff) << 13) + 0x38000000)) >>> 0
  if (mantissa === 0) return sign >>> 0
  const zeros = Math.clz32(mantissa) - 21
  return (sign | ((113 - zeros) << 23) | ((mantissa << (13 + zeros)) & 0x7fffff)) >>> 0
}

function bfloatBits(word: number): number {
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
}

/** Pattern of the nearest float16. */
export function toHalf(value: number): number {
  float[0] = value
  return halfBits(bits[0])
}

/** Value of a float16 pattern. */
export function fromHalf(half: number): number {
  bits[0] = wordOfHalf(half)
  return float[0]
}

/** Pattern of the nearest bfloat16. */
export function toBfloat(value: number): number {
  float[0] = value
  return bfloatBits(bits[0])
}

/** Value of a bfloat16 pattern. */
export function fromBfloat(bfloat: number): number {
  bits[0] = bfloat << 16
  return float[0]
}

/** The nearest number that float16 can hold; ±65520 and beyond give ±Infinity. */
export function roundToHalf(value: number): number {
  return fromHalf(toHalf(value))
}

/** float16 patterns of float32 numbers. */
export function halvesOf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(words.length)
  for (let i = 0; i < words.length; i++) halves[i] = halfBits(words[i])
  return halves
}

/** float32 numbers of float16 patterns (exact; NaN payloads kept). */
export function floatsOfHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(halves.length)
  for (let i = 0; i < halves.length; i++) words[i] = wordOfHalf(halves[i])
  return new Float32Array(words.buffer)
}

/** bfloat16 patterns of float32 numbers. */
export function bfloatsOf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const bfloats = new Uint16Array(words.length)
  for (let i = 0; i < words.length; i++) bfloats[i] = bfloatBits(words[i])
  return bfloats
}

/** float32 numbers of bfloat16 patterns (exact; NaN payloads kept). */
export function floatsOfBfloats(bfloats: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(bfloats.length)
  for (let i = 0; i < bfloats.length; i++) words[i] = bfloats[i] << 16
  return new Float32Array(words.buffer)
}
