import { expect, test } from 'vitest'
import type { TimedEvent } from '../pipeline/events.ts'
import { defaultPlan } from '../pipeline/plan.ts'
import { madeUpLayers } from '../test/recording.ts'
import { emptyRun, fold, type Run } from './run.ts'
import { verdict } from './verdict.ts'

const layers = madeUpLayers(1)

/** A run whose layers have these losses of CDQuant, where GPTQ has 1; `moving` leaves the last one under way. */
function runWith(
  losses: readonly number[],
  { finished = false, moving = false, recipes = ['gptq', 'cdquant'] } = {},
): Run {
  const facts = layers.slice(0, losses.length + (finished ? 0 : 1))
  const adapter = { name: 'none', vendor: '', architecture: '', software: false, maxBufferBytes: 0, maxBindingBytes: 0 }
  const model = {
    name: 'm',
    architecture: 'llama',
    parameters: 1,
    blocks: 1,
    hidden: 1,
    vocabulary: 1,
    context: 1,
    tied: true,
  }
  const calibration = { text: 'c', tokens: 4096, windows: 16 }
  const plan = { ...defaultPlan, recipes }
  const common = { bits: 3, group: 0, grid: 'clip', moves: 0, effectiveBits: 3.25, damping: null, adapter: '' }
  const events: TimedEvent[] = [
    {
      event: 'started',
      plan,
      model,
      adapter,
      layers: facts,
      cached: false,
      calibration,
      evaluation: { text: 'e', windows: 16 },
      at: 0,
    },
  ]
  losses.forEach((loss, i) => {
    const { layer, rows, columns } = facts[i]
    const last = moving && i === losses.length - 1
    for (const recipe of recipes) {
      const objective = recipe === 'gptq' ? 1 : loss
      if (last && recipe !== 'gptq')
        events.push({
          event: 'descent',
          layer,
          recipe,
          step: 'greedy',
          points: [{ moves: 0, objective }],
          at: 0,
        })
      else
        events.push({
          event: 'layer',
          ...common,
          layer,
          recipe,
          objective,
          relative: objective / 100,
          rows,
          columns,
          at: 0,
        })
    }
    if (!last) events.push({ event: 'solved', layer, at: 0 })
  })
  if (finished) events.push({ event: 'finished', perplexity: {}, layers: [], at: 0 })
  return events.reduce(fold, emptyRun)
}

const headline = (run: Run) =>
  verdict(run)
    .headline.map((word) => (typeof word === 'string' ? word : word.text))
    .join('')
    .replace(/[\u202f\u00a0]/g, ' ')

test.each([
  [runWith([0.929]), 'CDQuant is 7.1 % below GPTQ in this layer.'],
  [runWith([0.95, 0.9, 0.929]), 'CDQuant is 7.1 % below GPTQ in this layer, and lower in all 2 others.'],
  [runWith([0.95, 1.1, 0.929]), 'CDQuant is 7.1 % below GPTQ in this layer, and lower in 1 of the 2 others.'],
  [runWith([0.95, 1.25]), 'GPTQ is 20.0 % below CDQuant in this layer, but CDQuant is lower in the other one.'],
  [runWith([1.2, 1.3, 1.25]), 'GPTQ is 20.0 % below CDQuant in this layer, and lower in all 2 others.'],
  [runWith([0.95, 1.0001]), 'CDQuant and GPTQ are level in this layer; CDQuant is lower in the other one.'],
  [
    runWith([0.95, 1.4], { moving: true }),
    'CDQuant is still 40.0 % above GPTQ in this layer, but below it in the other one.',
  ],
])('while it runs: %#', (run, expected) => {
  expect(headline(run)).toBe(expected)
})

test.each([
  [[0.9, 0.9], 'CDQuant is below GPTQ in all 2 layers, by 10.0 % on average.'],
  [[0.9, 1, 0.9], 'CDQuant is below GPTQ in 2 of 3 layers, by 6.8 % on average.'],
  [[0.99, 1.2], 'CDQuant is below GPTQ in 1 of 2 layers, but 9.0 % above it on average.'],
  [[0.05, 1.2, 1.2], 'CDQuant is 58.4 % below GPTQ on average, but above it in 2 of 3 layers.'],
  [[1, 1.0002], 'CDQuant and GPTQ are level in all 2 layers.'],
  [[1.25, 1.25], 'GPTQ is below CDQuant in all 2 layers, by 20.0 % on average.'],
  [[1.25, 1], 'GPTQ is below CDQuant in 1 of 2 layers, by 10.6 % on average.'],
  [[0.9], 'CDQuant is below GPTQ in the one layer, by 10.0 % on average.'],
])('when it is over: %j', (losses, expected) => {
  expect(headline(runWith(losses, { finished: true }))).toBe(expected)
})

test('the detail names the extremes and what all recipes share', () => {
  const { detail } = verdict(runWith([0.9, 0.99, 0.95], { finished: true }))
  expect(detail.replace(/[\u202f\u00a0]/g, ' ')).toBe(
    'Most in block 0 · q (10.0 %), least in block 0 · k (1.0 %). Same grid, same Hessian, same 4,096 tokens for every recipe.',
  )
})

test('one recipe alone tells its own loss', () => {
  expect(headline(runWith([1, 1], { recipes: ['gptq'] }))).toBe(
    'GPTQ loses 1.00 % of a layer’s output energy, on average over 2 layers.',
  )
})

test('without GPTQ the first recipe is the yardstick', () => {
  expect(headline(runWith([1.5], { recipes: ['rtn', 'cdquant'], finished: true }))).toContain(
    'CDQuant and RTN are level',
  )
})
