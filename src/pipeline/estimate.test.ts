// The time of a plan: its work counted against what a run really does, and the rates of a device.
import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { tinyModel, tinyPlan } from '../test/run.ts'
import { estimateOf } from './estimate.ts'
import { foresee, KnownRates } from './foresee.ts'
import { HessianCache } from './hessian-cache.ts'
import type { Plan } from './plan.ts'
import { planWork } from './work.ts'

const counts = { calibration: 5, heldOut: 2, evaluation: 1 }

test('work is counted as products, Hessians, attention and reading', async () => {
  const { model } = await tinyModel(tinyPlan)
  const { facts, layers } = model
  const work = planWork(model, tinyPlan, counts, { perChunk: 4 })
  const weights = layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0)
  const table = facts.vocabulary * facts.hidden
  const tokens = 7 * tinyPlan.window
  // q k v, o, gate up, down of two blocks.
  const squares = 2 * (20 ** 2 + 36 ** 2 + 20 ** 2 + 37 ** 2)
  expect(work.calibrating).toEqual({
    products: tokens * weights,
    grams: (tokens * squares) / 2,
    attention: 2 * tokens * tinyPlan.window * 36,
    // Eight times as wide as the model, and the rows of its seven layers.
    elements: 2 * tokens * (8 * 20 + 36 + 12 + 12 + 20 + 37 + 37 + 20),
    weights,
    waits: 2 * 2,
  })
  expect(work.solving.layers).toHaveLength(14)
  expect(work.solving.weights).toBe(weights)
  // Four models, those of the recipes with the logits of the unquantized one beside theirs.
  expect(work.evaluating.products).toBe(tinyPlan.window * (4 * weights + (1 + 3 * 2) * table))
  expect(work.evaluating.weights).toBe(weights + 4 * table)
})

test('kept Hessians need no calibration, and faithful ones one per recipe', async () => {
  const { model } = await tinyModel(tinyPlan)
  const quick = planWork(model, tinyPlan, counts, { perChunk: 4 })
  expect(planWork(model, tinyPlan, counts, { perChunk: 4, cached: true }).calibrating.products).toBe(0)
  const faithful: Plan = { ...tinyPlan, mode: 'faithful' }
  const own = planWork(model, faithful, counts, { perChunk: 4 })
  // Block 0 once; block 1 once per recipe, behind block 0 with the recipe's weights.
  expect(own.calibrating.products).toBe(3.5 * quick.calibrating.products)
  expect(own.calibrating.grams).toBe(2 * quick.calibrating.grams)
  expect(own.solving.hessians.map(({ times }) => times)).toEqual([1, 1, 1, 1, 3, 3, 3, 3])
})

test('rates times work, phase by phase', async () => {
  const { model } = await tinyModel(tinyPlan)
  const work = planWork(model, tinyPlan, { ...counts, evaluation: 0 }, { perChunk: 4 })
  const device = { product: 1, gram: 10, attention: 100, element: 0, weight: 0, wait: 1e9 }
  const line = { fixedMs: 3, perUnitMs: 0 }
  const { calibratingMs, solvingMs, evaluatingMs, totalMs } = estimateOf(work, device, { hessian: line, layer: line })
  const { products, grams, attention } = work.calibrating
  expect(calibratingMs).toBe(products + 10 * grams + 100 * attention + 4e9)
  expect(solvingMs).toBe(3 * 14 + 3 * 8)
  expect([evaluatingMs, totalMs]).toEqual([0, calibratingMs + solvingMs])
})

test('a device is measured once per model and recipes, and not at all where nobody waits', async () => {
  const plan: Plan = { ...tinyPlan, recipes: ['rtn'], windows: 0, group: 0 }
  const { model, texts } = await tinyModel(plan)
  await withGpu(async (gpu) => {
    const inputs = { gpu, model, ...texts, cache: new HessianCache() }
    const known = new KnownRates()
    let clock = 0
    const given = { now: () => (clock += 1), wanted: () => true }
    expect(await foresee(inputs, plan, known, { ...given, wanted: () => false })).toBeUndefined()
    const found = await foresee(inputs, plan, known, given)
    expect(found?.totalMs).toBeGreaterThan(0)
    const at = clock
    expect(await foresee(inputs, plan, known, given)).toEqual(found)
    expect(clock).toBe(at)
    expect(known.solving.size).toBe(1)
  })
})
