// The plan nearest to one that does not fit.
import { expect, test } from 'vitest'
import { tinyModel, tinyPlan } from '../test/run.ts'
import { fitOf, smallerPlan } from './fit.ts'
import { memoryPlan } from './memory.ts'
import { defaultPlan, type Plan } from './plan.ts'

const count = (value: number) => value.toLocaleString('en-US')
const GIB = 2 ** 30
const device = (limit = GIB) => ({ adapter: { software: true, maxBindingBytes: limit, maxBufferBytes: limit } })
const plan: Plan = { ...tinyPlan, samples: 200, window: 64, windows: 20, heldOut: 10 }

test('nothing is said where all fits', async () => {
  const { model } = await tinyModel(tinyPlan)
  const { memory, misfits, smaller } = fitOf(model, plan, { device: device() })
  expect(memory.peakBytes).toBeGreaterThan(0)
  expect([misfits, smaller]).toEqual([[], undefined])
})

test('windows are given up first, and no more of them than needed', async () => {
  const { model } = await tinyModel(tinyPlan)
  const peak = (one: Plan) => memoryPlan(model, one, device()).peakBytes
  const budgetBytes = Math.floor(0.8 * peak(plan))
  const { misfits, smaller } = fitOf(model, plan, { device: device(), budgetBytes })
  expect(misfits).toEqual([
    { of: 'budget', fact: `${count(peak(plan))} bytes are needed at the peak, ${count(budgetBytes)} are allowed` },
  ])
  const taken = { ...plan, ...smaller?.change }
  expect(Object.keys(smaller?.change ?? {})).toEqual(['samples'])
  expect(smaller?.words).toBe(`${taken.samples} of 200 calibration windows`)
  expect(peak(taken)).toBe(smaller?.peakBytes)
  expect(peak(taken)).toBeLessThanOrEqual(budgetBytes)
  expect(peak({ ...taken, samples: taken.samples + 1 })).toBeGreaterThan(budgetBytes)
})

test('each kind of thing is given up only where those before it do not suffice', () => {
  const large: Plan = { ...defaultPlan, mode: 'faithful', samples: 100, windows: 50, heldOut: 7, window: 300 }
  const needing = (need: (one: Plan) => number, most: number) => smallerPlan((one) => need(one) <= most, large)
  expect(needing(({ samples }) => samples, 30)).toEqual({ ...large, samples: 30 })
  expect(needing(({ windows }) => windows, 30)).toEqual({ ...large, windows: 30 })
  expect(needing(({ heldOut }) => heldOut, 3)).toEqual({ ...large, heldOut: 3 })
  // Halves, after the power of two below.
  expect(needing(({ window }) => window, 200)).toEqual({ ...large, window: 128 })
  expect(needing(({ mode }) => Number(mode === 'faithful'), 0)).toEqual({ ...large, mode: 'quick' })
  expect(needing(({ recipes }) => recipes.length, 2)).toEqual({ ...large, recipes: large.recipes.slice(0, 2) })
  // 100 windows of 300 tokens: two things are lowered, the one that comes later as little as can be.
  expect(needing(({ samples, window }) => samples + window, 140)).toEqual({ ...large, samples: 12, window: 128 })
  expect(needing(() => 1, 0)).toBeUndefined()
})

test('what no plan helps is named with the layer and the bytes, and nothing is offered', async () => {
  const { model } = await tinyModel(tinyPlan)
  const { misfits, smaller } = fitOf(model, plan, { device: device(1000) })
  expect(misfits[0]).toMatchObject({ of: 'model' })
  expect(misfits[0].fact).toMatch(/model\.layers\.0\.\S+ need \d+ bytes in one buffer, this adapter allows 1000$/)
  expect(smaller).toBeUndefined()
})

test('a window whose activations exceed one buffer becomes shorter', async () => {
  const { model } = await tinyModel(tinyPlan)
  const { misfits, smaller } = fitOf(model, { ...plan, window: 8192 }, { device: device(2 ** 20) })
  expect(misfits[0].fact).toMatch(/needs [\d,]+ bytes in one buffer, this adapter allows 1,048,576$/)
  expect(smaller?.change.window).toBeLessThan(8192)
})
