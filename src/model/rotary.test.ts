import { describe, expect, test } from 'vitest'
import { ConfigReader } from './config.ts'
import { readRotary } from './rotary-config.ts'
import { frequenciesOf } from './rotary.ts'

/** As close as float64 brings two ways of writing a power. */
const near = (actual: Float64Array, expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(actual[i] / value).toBeCloseTo(1, 12)
}
const read = (json: Record<string, unknown>, width: number) => readRotary(new ConfigReader(json), width)

describe('frequencies against numbers worked out apart, in float64', () => {
  test('llama3, with frequencies of all three ranges', () => {
    const scaling = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 }
    const rotary = read({ rope_theta: 500000, rope_scaling: { ...scaling, original_max_position_embeddings: 64 } }, 16)
    near(
      frequenciesOf(rotary, 10).frequencies,
      [
        1.0, 0.0794030091792082, 0.004700753866357992, 0.0009115830921521386, 0.00017677669529663688,
        3.428102195952591e-5, 6.647869871181236e-6, 1.2891731721515574e-6,
      ],
    )
  })

  test('longrope up to its context and beyond', () => {
    const scaling = { type: 'su', short_factor: [1, 1.05, 1.5, 2], long_factor: [1, 2, 4, 7] }
    const lengths = { original_max_position_embeddings: 64, max_position_embeddings: 128 }
    const rotary = read({ ...lengths, rope_scaling: scaling }, 8)
    const [short, long] = [frequenciesOf(rotary, 64), frequenciesOf(rotary, 65)]
    near(short.frequencies, [1.0, 0.09523809523809523, 0.006666666666666667, 0.0005])
    near(long.frequencies, [1.0, 0.05, 0.0025, 0.00014285714285714287])
    for (const { factor } of [short, long]) expect(factor).toBeCloseTo(1.0801234497346435, 14)
  })

  test('dynamic within its context and beyond', () => {
    const rotary = read({ max_position_embeddings: 64, rope_scaling: { type: 'dynamic', factor: 2 } }, 8)
    near(frequenciesOf(rotary, 50).frequencies, [1.0, 0.1, 0.01, 0.001])
    near(
      frequenciesOf(rotary, 100).frequencies,
      [1.0, 0.07778222374656406, 0.006050074330960554, 0.00047058823529411766],
    )
  })

  test('yarn', () => {
    const scaling = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 2048 }
    const { frequencies, factor } = frequenciesOf(read({ rope_scaling: scaling }, 32), 10)
    near(
      frequencies,
      [
        1.0, 0.5623413251903491, 0.31622776601683794, 0.1778279410038923, 0.1, 0.05020904689199546,
        0.024846467329894407, 0.012066895996692691, 0.005714285714285714, 0.0026108704383837637, 0.0011293848786315644,
        0.00044456985250973074, 0.00025, 0.00014058533129758727, 7.905694150420948e-5, 4.445698525097307e-5,
      ],
    )
    expect(factor).toBeCloseTo(1.138629436111989, 14)
  })
})

test('what version 5 of the library writes reads the same', () => {
  const old = { rope_theta: 5000, partial_rotary_factor: 0.5, rope_scaling: { type: 'linear', factor: 4 } }
  const parameters = { rope_theta: 5000, partial_rotary_factor: 0.5, rope_type: 'linear', factor: 4 }
  expect(read({ rope_parameters: parameters }, 16)).toEqual(read(old, 16))
  expect(read(old, 16)).toEqual({ width: 8, theta: 5000, scaling: { type: 'linear', factor: 4 } })
})

test('a dynamic base has no power for a single pair', () => {
  expect(() => read({ rope_scaling: { type: 'dynamic', factor: 2 } }, 2)).toThrow(
    'config.json: rope_scaling.type is "dynamic"; supported: other types for heads of which 2 numbers turn',
  )
})
