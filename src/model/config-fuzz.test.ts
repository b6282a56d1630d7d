import { expect, test } from 'vitest'
import { InputError } from '../formats/errors.ts'
import { random } from '../math/random.ts'
import { tinyConfigs, tinyModelOf } from '../test/tiny-family.ts'
import { openModel } from './model.ts'

const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    0.5,
    1,
    2,
    3,
    7,
    64,
    300,
    5000,
    2 ** 31,
    1e300,
    '',
    'x',
    'yarn',
    'gelu',
    [],
    [1],
    ['x'],
  ],
  ...[{}, { rope_type: 'yarn' }, { type: 'dynamic', factor: -2 }, { rope_theta: '1' }, { full_attention: 3 }, [[]]],
  ...[{ rope_type: 'longrope', short_factor: 'x' }, { rope_type: 'constructor' }, 'constructor', '__proto__'],
]
const FIELDS = [
  ...['rope_scaling', 'rope_parameters', 'layer_types', 'head_dim', 'sliding_window', 'tie_word_embeddings'],
  ...['n_inner', 'ffn_hidden_size', 'partial_rotary_factor', 'max_position_embeddings', '__proto__', 'constructor'],
]

test('10 000 damaged configs either open or are refused with a fact', async () => {
  const source = random(7)
  const models = await Promise.all(
    Object.values(tinyConfigs).map(async (json) => ({ json, ...(await tinyModelOf(json)) })),
  )
  const pick = <T>(list: readonly T[]) => list[source.integer(list.length)]
  let refused = 0
  for (let n = 0; n < 10_000; n++) {
    const { json, checkpoint } = pick(models)
    const config: Record<string, unknown> = { ...json }
    for (let changes = 1 + source.integer(2); changes > 0; changes--) {
      const field = pick([...Object.keys(json), ...FIELDS])
      if (source.integer(4) === 0) delete config[field]
      else
        Object.defineProperty(config, field, {
          value: pick(VALUES),
          enumerable: true,
          configurable: true,
          writable: true,
        })
    }
    try {
      const { facts } = openModel({ ...checkpoint, config })
      expect(facts.parameters).toBeGreaterThan(0)
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(JSON.stringify(config), { cause: error })
      expect(error.message).toMatch(/config\.json: |tensor '|has shape /)
      refused++
    }
  }
  expect(refused).toBeGreaterThan(5000)
  expect(Object.hasOwn(Object.prototype, 'rope_type')).toBe(false)
}, 60_000)
