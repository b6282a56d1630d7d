// Matrices without a model: what does not fit is named, what would do is offered; checks and work.
import { expect, test } from 'vitest'
import type { BareLayer } from '../formats/bare.ts'
import { bareFitOf } from './bare-fit.ts'
import { bareMemory } from './bare-memory.ts'
import { bareChecks } from './plan-checks.ts'
import { defaultPlan, type Plan } from './plan.ts'
import { bareWork } from './work.ts'

const matrix = (layer: string, rows: number, columns: number, tokens = 0): BareLayer => ({
  ...{ layer, tensor: `${layer}.weight`, rows, columns, dtype: 'F32', bytes: 4 * rows * columns, file: 'a' },
  ...(tokens && { inputs: { tensor: `${layer}.inputs`, tokens } }),
})
const matrices = [matrix('head', 900, 96), matrix('wide', 64, 512), matrix('gate', 64, 96), matrix('up', 64, 96, 200)]
const device = (limit = 2 ** 30) => ({ adapter: { software: true, maxBindingBytes: limit, maxBufferBytes: limit } })
const plan: Plan = { ...defaultPlan, recipes: ['rtn', 'gptq', 'cdquant'] }
const peak = (some: BareLayer[], one = plan) => bareMemory({ plan: one, matrices: some }, device()).peakBytes

test('the matrices that do not fit are named and left out; where all fit nothing is said', () => {
  const asked = { plan, matrices }
  expect(bareFitOf(asked, { device: device() })).toMatchObject({ misfits: [] })
  const budgetBytes = peak(matrices.slice(2))
  const { misfits, smaller } = bareFitOf(asked, { device: device(), budgetBytes })
  const large = ['head', 'wide'].sort((a, b) => peak([found(b)]) - peak([found(a)]))
  expect(misfits).toMatchObject([{ of: 'budget' }])
  const fact = `^matrix ${large[0]}: ${count(peak(matrices))} bytes are needed at the peak, ${count(budgetBytes)} are allowed`
  expect(misfits[0].fact).toMatch(new RegExp(`${fact} \\(and 1 more does not fit\\)$`))
  expect(smaller).toEqual({
    words: '2 of 4 matrices (without head and 1 more)',
    change: {},
    only: ['gate', 'up'],
    peakBytes: budgetBytes,
  })
})

test('of one matrix fewer recipes are offered; a row that no binding holds is named', () => {
  const asked = { plan, matrices: [found('head')] }
  const budgetBytes = peak(asked.matrices, { ...plan, recipes: ['rtn'] })
  const { smaller } = bareFitOf(asked, { device: device(), budgetBytes })
  expect(smaller).toEqual({ words: 'only rtn', change: { recipes: ['rtn'] }, peakBytes: budgetBytes })
  const narrow = bareFitOf({ plan, matrices }, { device: device(4 * 65 * 400) })
  expect(narrow.misfits).toMatchObject([
    { of: 'plan', fact: expect.stringMatching(/^65 rows of 512 columns of wide need/) },
  ])
  expect(narrow.smaller?.only).not.toContain('wide')
  expect(bareFitOf({ plan, matrices }, { device: device(), budgetBytes: 100 }).smaller).toBeUndefined()
})

test('groups, few tokens and what needs a model are checked', () => {
  const lines = (changes: Partial<Plan>, some = matrices) =>
    new Map(bareChecks(some, { ...plan, ...changes }).map((check) => [check.subject, check]))
  expect([...lines({}, matrices.slice(0, 3)).values()].map(({ status }) => status)).toEqual(['ok'])
  const group = { status: 'warning', layers: ['head', 'gate', 'up'], offer: { change: { group: 32 } } }
  expect(lines({ group: 64 }).get('Group')).toMatchObject(group)
  expect(lines({}).get('Tokens of inputs')).toMatchObject({
    ...{ status: 'warning', layers: ['up'], fact: '200 are 2.08 per column of up (96); 4 are advised' },
  })
  const enough = lines({}, [matrix('up', 4, 50, 200)]).get('Tokens of inputs')
  expect(enough).toMatchObject({ status: 'ok', fact: '200 are 4 per column of up (50), and no matrix has fewer' })
  const alone = { status: 'warning', offer: { change: { mode: 'quick', heldOut: 0, correction: 0 } } }
  expect(lines({ heldOut: 2 }).get('Without a model')).toMatchObject(alone)
})

test('inputs are read once, matrices and Hessians solved once each', () => {
  const { calibrating, solving } = bareWork(matrices, () => false)
  expect(calibrating).toMatchObject({ grams: (200 * 96 ** 2) / 2, weights: 200 * 96, waits: 1, products: 0 })
  expect(solving.hessians.map(({ columns }) => columns)).toEqual([96, 512, 96, 96])
  expect(solving.weights).toBe(900 * 96 + 64 * 512 + 2 * 64 * 96)
  expect(bareWork(matrices, (layer) => layer === 'up').calibrating.grams).toBe(0)
})

const count = (value: number) => value.toLocaleString('en-US')
const found = (name: string) => matrices.find(({ layer }) => layer === name)!
