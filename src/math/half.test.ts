import { expect, test } from 'vitest'
import {
  bfloatsOf,
  floatsOfBfloats,
  floatsOfHalves,
  fromBfloat,
  fromHalf,
  halvesOf,
  roundToHalf,
  toBfloat,
  toHalf,
} from './half.ts'
import { random } from './random.ts'

const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i)

/** Value of a 16-bit pattern by the definition: sign, exponent with bias, mantissa. */
function valueOf(pattern: number, mantissaBits: number, bias: number): number {
  const sign = pattern >> 15 ? -1 : 1
  const exponent = (pattern & 0x7fff) >> mantissaBits
  const fraction = (pattern & ((1 << mantissaBits) - 1)) / 2 ** mantissaBits
  if (exponent === (1 << (15 - mantissaBits)) - 1) return fraction ? NaN : sign * Infinity
  return exponent ? sign * (1 + fraction) * 2 ** (exponent - bias) : sign * fraction * 2 ** (1 - bias)
}

test.each([
  ['float16', 10, 15, floatsOfHalves, halvesOf, fromHalf, toHalf, 0x200],
  ['bfloat16', 7, 127, floatsOfBfloats, bfloatsOf, fromBfloat, toBfloat, 0x40],
] as const)(
  '%s: all 65536 patterns have their value and come back',
  (_, mantissaBits, bias, decode, encode, from, to, quiet) => {
    const values = decode(patterns)
    const back = encode(values)
    for (const pattern of patterns) {
      const value = valueOf(pattern, mantissaBits, bias)
      if (!Object.is(values[pattern], value) || !Object.is(from(pattern), value))
        expect.fail(`${pattern}: ${values[pattern]}`)
      // A signalling NaN comes back quiet, everything else as it was.
      if (back[pattern] !== (Number.isNaN(value) ? pattern | quiet : pattern))
        expect.fail(`${pattern} → ${back[pattern]}`)
      if (!Number.isNaN(value) && to(value) !== pattern) expect.fail(`${pattern} → ${to(value)}`)
    }
  },
)

test.each([
  ['float16', fromHalf, toHalf, 0x7c00],
  ['bfloat16', fromBfloat, toBfloat, 0x7f80],
] as const)('%s: between neighbours the nearer one, half-way the even one', (_, from, to, infinity) => {
  const source = random(7)
  const float = new Float32Array(1)
  const word = new Uint32Array(float.buffer)
  const expectPattern = (value: number, pattern: number) => {
    if (to(value) !== pattern) expect.fail(`${value} → ${to(value)} instead of ${pattern}`)
    if (to(-value) !== (0x8000 | pattern)) expect.fail(`${-value} → ${to(-value)} instead of ${0x8000 | pattern}`)
  }
  for (let pattern = 0; pattern < infinity; pattern++) {
    const low = from(pattern)
    // The step above the largest finite number is as wide as the one below it; from half of it on comes infinity.
    const high = pattern + 1 === infinity ? low + (low - from(pattern - 1)) : from(pattern + 1)
    const middle = (low + high) / 2
    float[0] = middle
    // Among the smallest bfloat16 numbers too, float32 has the middle; never is it rounded.
    if (float[0] !== middle) expect.fail(`${middle} is no float32`)
    expectPattern(middle, pattern % 2 ? pattern + 1 : pattern)
    word[0] -= 1
    expectPattern(float[0], pattern)
    word[0] += 2
    expectPattern(float[0], pattern + 1)
    const between = Math.fround(low + (high - low) * source.uniform())
    if (between !== middle) expectPattern(between, between < middle ? pattern : pattern + 1)
  }
})

test('float16 ends at 65504', () => {
  expect(roundToHalf(65519)).toBe(65504)
  expect(roundToHalf(65520)).toBe(Infinity)
  expect(roundToHalf(-1e30)).toBe(-Infinity)
  expect(roundToHalf(2 ** -25)).toBe(0)
  expect(roundToHalf(2 ** -25 * 1.001)).toBe(2 ** -24)
  expect(roundToHalf(0.1)).toBe(0.0999755859375)
  expect(Object.is(roundToHalf(-0), -0)).toBe(true)
  expect(roundToHalf(NaN)).toBeNaN()
})
