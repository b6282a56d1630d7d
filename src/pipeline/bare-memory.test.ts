import { expect, test } from 'vitest'
import { openBare } from '../formats/bare.ts'
import { safetensorsBytes } from '../formats/safetensors-write.ts'
import { f32 } from '../test/command.ts'
import { testGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { bareJob } from './bare-layers.ts'
import { bareMemory } from './bare-memory.ts'
import { bareRun } from './bare-run.ts'
import { HessianCache } from './hessian-cache.ts'
import { defaultPlan, type Plan } from './plan.ts'

const files = [
  f32('h.0.up', [70, 45]),
  f32('h.1.up', [70, 45]),
  f32('down', [33, 130]),
  f32('down.inputs', [1100, 130]),
]

/** To the byte where the numbers do not decide what is done; how often levels are refitted is up to them. */
test.each<[string, Partial<Plan>, string[]?]>([
  ['what only a model has left out', { mode: 'faithful', heldOut: 2, correction: 0.5, recipes: ['gptq', 'cdquant'] }],
  ['with H = I alone', { recipes: ['gptq', 'cdquant'] }, ['h.0.up']],
  ['searched levels and refits', { grid: 'owc', group: 8, recipes: ['gptq+cdquant+refit'] }],
  ['other bases, clipped', { recipes: ['quip', 'cyclic'], eigenClip: 0.1 }],
])('matrices need what their plan says: %s', async (_, changes, only) => {
  const gpu = await testGpu()
  const bare = await openBare('loose', [{ path: 'a.safetensors', blob: new Blob([safetensorsBytes(files)]) }])
  const plan: Plan = { ...defaultPlan, ...changes }
  const { peakBytes, memory, phases } = bareMemory(bareJob(bare, plan, only), gpu)
  expect(memory.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(peakBytes)
  expect(phases.some(({ label }) => label === 'Condition of H')).toBe(!only)
  gpu.memory.peakBytes = 0
  await drain(bareRun({ gpu, bare, cache: new HessianCache(0), only }, plan))
  expect(gpu.memory.labels()).toEqual([])
  expect(peakBytes / gpu.memory.peakBytes).toBeGreaterThan(0.99)
  expect(peakBytes / gpu.memory.peakBytes).toBeLessThan(1.01)
})
