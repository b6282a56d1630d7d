import { describe, expect, test } from 'vitest'
import { defaultPlan } from '../pipeline/plan.ts'
import { type Cell, cellText, evaluationWords, matrixOf, measured, sets, valueText } from './matrix.ts'
import { compareVerdict } from './matrix-verdict.ts'
import { paretoPoints, sizeAt } from './pareto.ts'
import { frontier } from './pareto.ts'
import { type RunRecord, scopeOf, settingsOf } from './records.ts'

const scope = scopeOf({ fingerprint: 'm', calibration: 'c', heldOut: 'h', evaluation: 'e' }, defaultPlan)

/** Two layers of 300 and 100 weights; the second loses twice as much. */
function record(recipe: string, bits: number, loss: number, change: Partial<RunRecord> = {}): RunRecord {
  const group = change.group ?? 0
  const layer = (name: string, relative: number, rows: number, effectiveBits: number) => ({
    layer: name,
    recipe,
    bits,
    group,
    grid: 'minmax',
    objective: 10 * relative,
    relative,
    rows,
    columns: 10,
    moves: 0,
    effectiveBits,
    damping: null,
    adapter: 'none',
  })
  return {
    key: `${recipe} ${bits} ${group}`,
    model: { fingerprint: 'm', name: 'small' },
    calibration: { digest: 'c', text: 'c.txt', tokens: 64, windows: 1 },
    settings: settingsOf(defaultPlan),
    recipe,
    bits,
    group,
    layers: [layer('a', loss, 30, bits), layer('b', 2 * loss, 10, bits + 1)],
    at: 'now',
    ...change,
  }
}

const perplexity = (value: number, digest = 'e'): Partial<RunRecord> => ({
  perplexity: { value, standardError: 0.1, windows: 1, window: 64, targets: 63 },
  evaluation: { digest, text: 'e.txt' },
})

describe('measures', () => {
  const gptq = record('gptq', 3, 0.02)
  const all = [gptq, record('cdquant', 3, 0.01), record('cdquant', 2, 0.05)]
  test('loss is the mean over layers, the ratio a geometric mean at the same bits', () => {
    expect(measured(gptq, 'loss', scope, all)).toBeCloseTo(0.03, 12)
    expect(measured(all[1], 'ratio', scope, all)).toBeCloseTo(0.5, 12)
    expect(measured(all[2], 'ratio', scope, all)).toBeUndefined()
    const zero = record('gptq', 3, 0)
    expect(measured(zero, 'ratio', scope, [zero])).toBe(1)
  })

  test('held-out loss and perplexity count on the windows of the plan only', () => {
    const layers = gptq.layers.map((layer) => ({ ...layer, heldOut: { objective: 1, relative: 0.5 } }))
    expect(measured({ ...gptq, layers, heldOut: 'h' }, 'heldOut', scope, [])).toBe(0.5)
    expect(measured({ ...gptq, layers, heldOut: 'other' }, 'heldOut', scope, [])).toBeUndefined()
    expect(measured(gptq, 'heldOut', scope, [])).toBeUndefined()
    expect(measured({ ...gptq, ...perplexity(7.5) }, 'perplexity', scope, [])).toBe(7.5)
    expect(measured({ ...gptq, ...perplexity(7.5, 'other') }, 'perplexity', scope, [])).toBeUndefined()
    expect(measured({ ...gptq, ...perplexity(7.5) }, 'kl', scope, [])).toBeUndefined()
  })

  test('an evaluation says on what it was made and how sure it is', () => {
    expect(evaluationWords([{ ...gptq, ...perplexity(7.5) }, record('rtn', 3, 0.1)], scope)).toBe(
      'e.txt · 1 window of 64 · no overlap · 63 targets · perplexities ± 0.10 or less (1 s.e.)',
    )
    expect(evaluationWords([{ ...gptq, ...perplexity(7.5, 'other') }], scope)).toBe('')
  })

  test('cells have four digits, sentences three', () => {
    expect(cellText(0.020034, 'loss')).toBe('2.003')
    expect(cellText(0.0000123456, 'loss')).toBe('0.001235')
    expect(cellText(7.12345, 'perplexity')).toBe('7.123')
    expect(valueText(0.020034, 'loss')).toBe('2.00\u202f%')
    expect(valueText(0.0123456, 'kl')).toBe('0.0123 nats')
  })
})

describe('the matrix', () => {
  const records = [
    record('gptq', 3, 0.02),
    record('cdquant', 3, 0.01),
    record('cdquant', 5, 0.001),
    record('awq', 3, 0.04),
    record('gptq', 4, 0.005, { group: 32, key: 'other group' }),
    record('gptq', 8, 0.00001, { layerBits: { a: 2 }, key: 'mixed' }),
  ]
  const view = matrixOf(records, { recipes: ['rtn', 'gptq', 'cdquant'], group: 0, measure: 'loss', scope })

  test('has the plan’s recipes and every recorded one, the usual bits and every recorded width', () => {
    expect(view.recipes).toEqual(['rtn', 'gptq', 'cdquant', 'awq'])
    expect(view.bits).toEqual([2, 3, 4, 5, 8])
    const text = view.rows.map((row) => row.map(({ value }) => (value === undefined ? '.' : cellText(value, 'loss'))))
    expect(text).toEqual([
      ['.', '.', '.', '.', '.'],
      ['.', '3.000', '.', '.', '.'],
      ['.', '1.500', '.', '0.1500', '.'],
      ['.', '6.000', '.', '.', '.'],
    ])
    expect(view.missing).toHaveLength(16)
    expect(view.missing).toContainEqual({ recipe: 'gptq', bits: 4, group: 0 })
  })

  test('rings the lowest of a column with more than one number; colour follows the logarithm', () => {
    expect(view.rows.flat().filter(({ best }) => best)).toEqual([view.rows[2][1]])
    // 0.0015 to 0.06 are 3.69 e-folds; 0.03 lies 3.00 above the least: 7 · 0.812 = 5.7.
    expect([view.rows[2][3], view.rows[1][1], view.rows[3][1]].map(({ shade }) => shade)).toEqual([0, 6, 7])
  })

  test('of ratios a cell waits for its yardstick', () => {
    const ratios = matrixOf(records, { recipes: ['cdquant'], group: 0, measure: 'ratio', scope })
    expect(ratios.recipes).toEqual(['gptq', 'cdquant', 'awq'])
    const cell = (recipe: number, bits: number) => ratios.rows[recipe][ratios.bits.indexOf(bits)]
    expect(cell(1, 3).value).toBeCloseTo(0.5, 12)
    expect(cell(1, 5).value).toBeUndefined()
    expect(ratios.missing).toContainEqual({ recipe: 'gptq', bits: 5, group: 0 })
    expect(ratios.missing).not.toContainEqual({ recipe: 'cdquant', bits: 5, group: 0 })
  })

  test('cells of one bit width and group are one set, fewest bits first', () => {
    const cell = (recipe: string, bits: number, group = 0): Cell => ({ recipe, bits, group })
    const asked = [cell('rtn', 4), cell('gptq', 2), cell('rtn', 2), cell('rtn', 2, 64)]
    expect(sets(asked)).toEqual([[asked[1], asked[2]], [asked[3]], [asked[0]]])
  })
})

describe('size against loss', () => {
  const at = (x: number, y: number) => ({ x, y })
  test('sizes count every weight once; the frontier is what nothing beats', () => {
    const records = [record('gptq', 3, 0.02), record('cdquant', 3, 0.01), record('rtn', 4, 0.03)]
    const points = paretoPoints(records, 'loss', scope)
    // 300 weights at 3 bits and 100 at 4.
    expect(points.map(({ recipe, x, frontier }) => [recipe, x, frontier])).toEqual([
      ['cdquant', 3.25, true],
      ['gptq', 3.25, false],
      ['rtn', 4.25, false],
    ])
    const line = [at(4, 1), at(2, 8), at(3, 8), at(3, 4), at(5, 1), at(6, 0.5)]
    expect(frontier(line)).toEqual([at(2, 8), at(3, 4), at(4, 1), at(6, 0.5)])
    expect(frontier([at(2, 0.5), at(3, 0.4), at(4, 0.9)], false)).toEqual([at(2, 0.5), at(4, 0.9)])
  })

  test('between its points a recipe’s loss is read off on a log scale; beyond them nothing is', () => {
    const line = [at(2, 8), at(3, 4), at(4, 1)]
    expect(sizeAt(line, 4)).toBe(3)
    expect(sizeAt(line, 2)).toBeCloseTo(3.5, 12)
    expect(sizeAt(line, Math.sqrt(32))).toBeCloseTo(2.5, 12)
    expect(sizeAt(line, 8)).toBe(2)
    expect(sizeAt(line, 9)).toBeUndefined()
    expect(sizeAt(line, 0.5)).toBeUndefined()
    expect(sizeAt([], 1)).toBeUndefined()
  })
})

describe('the verdict', () => {
  const asked = { recipes: ['rtn', 'gptq', 'cdquant'], bits: 3, group: 0 }
  const say = (records: RunRecord[], plan = asked) => {
    const { headline, detail } = compareVerdict(records, plan, scope)
    return [headline.map((word) => (typeof word === 'string' ? word : word.text)).join(''), detail]
  }
  const kept = (results: string) =>
    `${results} on one calibration: a new cell costs seconds, not another pass over the text.`

  test('compares at the plan’s bits and reads off what the other would need', () => {
    // Losses of 0.03 at 3.25 bits and 0.0075 at 4.25: 0.015 is half-way on a log scale.
    const records = [record('gptq', 3, 0.02), record('gptq', 4, 0.005), record('cdquant', 3, 0.01)]
    expect(say(records)).toEqual([
      'At 3 bits CDQuant loses 1.50\u202f% of the output energy, GPTQ 3.00\u202f%.',
      `CDQuant is 50.0\u202f% lower. GPTQ would need 0.50 bits more per weight to match it. ${kept('3 results')}`,
    ])
  })

  test('says who is lower, whoever it is, and leaves out what it cannot know', () => {
    expect(say([record('gptq', 3, 0.01), record('cdquant', 3, 0.02)])).toEqual([
      'At 3 bits CDQuant loses 3.00\u202f% of the output energy, GPTQ 1.50\u202f%.',
      `GPTQ is 50.0\u202f% lower. ${kept('2 results')}`,
    ])
    expect(say([record('gptq', 3, 0.01), record('cdquant', 3, 0.01)])[0]).toBe(
      'At 3 bits CDQuant loses 1.50\u202f% of the output energy, GPTQ the same.',
    )
    // Another width has both.
    expect(say([record('gptq', 4, 0.02), record('cdquant', 4, 0.01), record('cdquant', 3, 0.02)])[0]).toMatch(
      /^At 4 bits /,
    )
    expect(say([record('cdquant', 3, 0.01)])).toEqual(['1 result of small.', kept('1 result')])
    expect(say([])[1]).toMatch(/^No results on this calibration yet\./)
  })
})
