// Matrices without a model: the events of a run, losses of plain rounding where no inputs are given, and Hessians of
// inputs that are kept for the next plan.
import { expect, test } from 'vitest'
import { openBare } from '../formats/bare.ts'
import { safetensorsBytes } from '../formats/safetensors-write.ts'
import { testGpu } from '../test/gpu.ts'
import { f32 } from '../test/command.ts'
import { bareLayerFacts, NO_BLOCK } from './bare-layers.ts'
import { bareRun } from './bare-run.ts'
import type { RunEvent } from './events.ts'
import { HessianCache } from './hessian-cache.ts'
import { defaultPlan } from './plan.ts'

const plan = { ...defaultPlan, recipes: ['rtn', 'gptq', 'cdquant'], scaleType: 'f32' } as const

test('every recipe solves each matrix; with H = I the loss is the plain error of rounding', async () => {
  const gpu = await testGpu()
  const [up, down, inputs] = [f32('up.weight', [12, 20]), f32('down.weight', [20, 12]), f32('up.inputs', [1100, 20])]
  const bare = await openBare('loose', [
    { path: 'loose.safetensors', blob: new Blob([safetensorsBytes([up, down])]) },
    { path: 'inputs.safetensors', blob: new Blob([safetensorsBytes([inputs])]) },
  ])
  const cache = new HessianCache()
  const events = async (only?: string[]) => {
    const all: RunEvent[] = []
    for await (const event of bareRun({ gpu, bare, cache, only }, plan)) all.push(event)
    return all
  }
  const before = gpu.memory.bytes
  const first = await events()
  expect(gpu.memory.bytes).toBe(before)
  expect(first[0]).toMatchObject({ event: 'started', cached: false, bare: { withInputs: 1 }, model: { blocks: 0 } })
  expect(first.filter(({ event }) => event === 'calibrating')).toMatchObject([
    { layer: 'up', windows: 1024, of: 1100 },
    { layer: 'up', windows: 1100, of: 1100 },
  ])
  expect(first.filter(({ event }) => event === 'hessian')).toMatchObject([
    { layers: ['down'], tokens: 0, identity: true, few: false },
    { layers: ['up'], tokens: 1100, few: false },
  ])
  expect(first.filter(({ event }) => event === 'health')).toHaveLength(1)
  const results = first.flatMap((event) => (event.event === 'layer' ? [event] : []))
  expect(results).toHaveLength(6)
  // Rounding to the nearest is the optimum where nothing but one's own error counts: no recipe differs from it.
  const [rtn, gptq, cdquant] = results.filter(({ layer }) => layer === 'down').map(({ objective }) => objective)
  expect([gptq / rtn, cdquant / rtn].map((ratio) => Math.abs(ratio - 1) < 1e-6)).toEqual([true, true])
  expect(first.at(-1)).toMatchObject({ event: 'finished', perplexity: {} })

  const again = await events(['up'])
  expect(again[0]).toMatchObject({ cached: true, layers: [{ layer: 'up' }] })
  expect(again.some(({ event }) => event === 'calibrating')).toBe(false)
  const up2 = again.flatMap((event) => (event.event === 'layer' ? [event.objective] : []))
  expect(up2).toEqual(results.filter(({ layer }) => layer === 'up').map(({ objective }) => objective))
  await expect(events(['gate'])).rejects.toThrow("no matrix 'gate'")
})

test('blocks by the number in the path, where that orders them; else every matrix alone', () => {
  const facts = (...names: string[]) =>
    bareLayerFacts(names.map((layer) => ({ layer, rows: 1, columns: 1 }))).map(({ block, module }) => [block, module])
  expect(facts('head', 'model.layers.2.mlp.up', 'model.layers.10.mlp.up')).toEqual([
    [NO_BLOCK, 'head'],
    [2, 'up'],
    [10, 'up'],
  ])
  expect(facts('a.0.up', 'b.0.up')).toEqual([
    [NO_BLOCK, 'a.0.up'],
    [NO_BLOCK, 'b.0.up'],
  ])
  expect(facts('a.1.up', 'b.0.down')).toEqual([
    [NO_BLOCK, 'a.1.up'],
    [NO_BLOCK, 'b.0.down'],
  ])
})
