import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { chooseShapes, shapedOperations } from './shapes.ts'

test('the faster shape of every operation is chosen and kept', async () => {
  await withGpu(async (gpu) => {
    const before = { work: gpu.workPerSubmit, shapes: new Map(gpu.shapes) }
    const choices = await chooseShapes(gpu)
    expect(choices.map(({ name }) => name)).toEqual(shapedOperations.map(({ name }) => name))
    for (const { name, chosen, ms } of choices) {
      expect(gpu.shapes.get(name)).toBe(chosen)
      expect(ms[chosen]).toBe(Math.min(...Object.values(ms)))
      expect(ms[chosen]).toBeGreaterThan(0)
    }
    expect(gpu.workPerSubmit).toBeGreaterThanOrEqual(4e6)
    expect(gpu.workPerSubmit).toBeLessThanOrEqual(40e9)
    gpu.workPerSubmit = before.work
    gpu.shapes.clear()
    for (const [name, shape] of before.shapes) gpu.shapes.set(name, shape)
  })
})
