// From kept records to a mix and back: choices of layers, sentences, and a mix that is run to verify its prediction.
import { expect, test } from 'vitest'
import type { TimedEvent } from '../pipeline/events.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { madeUpRun } from '../test/recording.ts'
import type { FromWorker, ToWorker } from '../worker/protocol.ts'
import { layerChoices, mixNumbers, weightsOf, widthsToMeasure } from './budget-choices.ts'
import { BudgetDesk, mixKey } from './budget-desk.ts'
import { againstUniform, measuredWords, sizeWords, verificationWords } from './budget-words.ts'
import { budgetPath } from './budget.ts'
import { Questions } from './questions.ts'
import { RecordBook } from './records-book.ts'
import { meanRelative, recordOf } from './records.ts'
import { emptyRun, fold } from './run.ts'

const events = (plan: Partial<Plan>) => madeUpRun({ blocks: 1, plan: { recipes: ['cdquant'], windows: 0, ...plan } })
const runOf = (plan: Partial<Plan>) => events(plan).reduce(fold, emptyRun)
const record = (plan: Partial<Plan>) => recordOf(runOf(plan), 'cdquant', '')!
const layers = runOf({}).order.map((layer) => runOf({}).layers[layer].facts)

test('choices of layers come from the records of a recipe and a group size, mixes included', () => {
  const [two, three] = [record({ bits: 2 }), record({ bits: 3 })]
  const mixed = { ...record({ bits: 3 }), layers: three.layers.map((one, i) => (i ? one : { ...one, bits: 4 })) }
  const choices = layerChoices([two, three, mixed], layers, { recipe: 'cdquant', group: 0 })!
  expect(choices.map(({ layer }) => layer)).toEqual(layers.map(({ layer }) => layer))
  expect(choices.map((one) => one.choices.map(({ bits }) => bits))).toEqual(
    layers.map((_, i) => (i ? [2, 3] : [2, 3, 4])),
  )
  const [{ choices: first, weights }] = choices
  expect(first[0]).toEqual({ bits: 2, cost: two.layers[0].effectiveBits * weights, loss: two.layers[0].relative })
  expect(weightsOf(choices)).toBe(layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0))
  expect(widthsToMeasure(choices)).toEqual([4, 8])
  expect(widthsToMeasure(undefined)).toEqual([2, 3, 4, 8])
  expect(layerChoices([two], layers, { recipe: 'cdquant', group: 64 })).toBeUndefined()
  expect(layerChoices([two], layers, { recipe: 'gptq', group: 0 })).toBeUndefined()
  // The mean is that of the records.
  const [cheapest] = budgetPath(choices, Object.fromEntries(layers.map(({ layer }) => [layer, 2])))
  expect(mixNumbers(cheapest, choices).meanLoss).toBeCloseTo(meanRelative(two.layers), 15)
})

const numbers = (effectiveBits: number, meanLoss: number) => ({ effectiveBits, meanLoss, bytes: 0 })

test('sentences about a mix are computed', () => {
  const uniforms = [2, 3, 4].map((bits) => ({ bits, numbers: numbers(bits + 0.3, 0.08 / 4 ** (bits - 2)) }))
  const said = (bits: number, loss: number) => againstUniform(numbers(bits, loss), uniforms)
  expect(said(3.3, 0.019)).toBe(
    '3 bits everywhere also costs 3.30 and loses 2.00\u202f%: this mix loses 5\u202f% less.',
  )
  expect(said(3.28, 0.0195)).toBe(
    '3 bits everywhere costs 0.02 more per weight and loses 2.00\u202f%: this mix loses 2.5\u202f% less.',
  )
  expect(said(3.5, 0.021)).toBe(
    '3 bits everywhere costs 0.20 less per weight and loses 2.00\u202f%: this mix loses 5\u202f% more.',
  )
  expect(said(2.3, 0.08)).toBe('This is what 2 bits everywhere cost and lose.')
  expect(againstUniform(numbers(3, 0.1), [])).toBe('')
  expect(sizeWords(351_234)).toBe('351 kB')
  expect(sizeWords(4_213_000)).toBe('4.21 MB')
  expect(measuredWords('cdquant', [2, 3, 8])).toBe(
    'Each loss was measured with CDQuant at 2, 3 and 8 bits, none is estimated.',
  )
  const done = { key: '', state: 'done', layers: { done: 7, of: 7 }, predicted: 0.02 } as const
  expect(verificationWords({ ...done, measured: 0.02 })).toBe(
    'Predicted 2.000\u202f%, measured 2.000\u202f%: equal to the last digit.',
  )
  expect(verificationWords({ ...done, measured: 0.0201 })).toContain(': 0.5\u202f% apart.')
  expect(verificationWords({ ...done, measured: 0.021 })).toContain('5.0\u202f% apart, more than 1\u202f%')
})

test('a mix is run with its bits on the windows of the plan, and is kept as a record', async () => {
  const sent: ToWorker[] = []
  const questions = new Questions({ send: (message) => void sent.push(message), listen: () => () => {}, close() {} })
  const records = new RecordBook()
  const desk = new BudgetDesk(questions, records)
  const say = (message: FromWorker) => questions.hear(message)
  const bits: number[] = layers.map((_, i) => (i ? 3 : 8))
  const plan = { ...defaultPlan, heldOut: 2, windows: 4 }
  const asked = { plan, recipe: 'cdquant', layers, bits, predicted: 0.02, perplexity: false }
  const working = desk.verify(asked, {})
  const layerBits = { [layers[0].layer]: 8 }
  expect(sent[0]).toEqual({
    type: 'ask',
    id: 1,
    question: { kind: 'cells', ask: { plan: { ...plan, recipes: ['cdquant'], windows: 0, layerBits } } },
  })
  expect(desk.store.getState().verification).toMatchObject({ state: 'working', layers: { done: 0, of: 7 } })
  const all: TimedEvent[] = events({ layerBits })
  say({ type: 'part', id: 1, part: all.slice(0, all.length / 2) })
  expect(desk.store.getState().verification?.measured).toBeUndefined()
  say({ type: 'part', id: 1, part: all.slice(all.length / 2) })
  say({ type: 'answer', id: 1, answer: { ms: 1 } })
  await working
  const [kept] = [...records.store.getState().records.values()]
  expect(kept.layerBits).toEqual(layerBits)
  expect(desk.store.getState().verification).toMatchObject({ state: 'done', measured: meanRelative(kept.layers) })
  expect(desk.store.getState().verification?.key).toBe(mixKey({ ...asked, plan: { ...plan, bits: 4, windows: 0 } }))
  expect(mixKey({ ...asked, bits: bits.with(1, 4) })).not.toBe(mixKey(asked))

  const again = desk.verify(asked, {})
  desk.stop()
  await again
  expect(desk.store.getState().verification?.state).toBe('stopped')
  desk.pin('q', 8)
  desk.pin('k', 2)
  desk.pin('q')
  expect(desk.store.getState().pins).toEqual({ k: 2 })
})
