import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { chooseShapes, prepareShapes, shapedOperations, type ShapeStore } from './shapes.ts'

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

function memory(): ShapeStore & { kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    load: (adapter) => Promise.resolve(kept.get(adapter)),
    save: (adapter, choices) => Promise.resolve(void kept.set(adapter, choices)),
  }
}

test('stored choices are taken, and a device without any is measured or says that it still has to be', async () => {
  await withGpu(async (gpu) => {
    const store = memory()
    gpu.shapes.clear()
    expect(await prepareShapes(gpu, store)).toBe(!gpu.adapter.software)
    if (gpu.adapter.software) await chooseShapes(gpu, store)
    expect(store.kept.size).toBe(1)
    const [[adapter, choices]] = store.kept
    expect(Object.keys(JSON.parse(choices) as object).sort()).toEqual(shapedOperations.map(({ name }) => name).sort())

    const swapped = Object.fromEntries(shapedOperations.map(({ name, shapes }) => [name, shapes[1]]))
    store.kept.set(adapter, JSON.stringify(swapped))
    expect(await prepareShapes(gpu, store)).toBe(true)
    expect(Object.fromEntries(gpu.shapes)).toEqual(swapped)
    gpu.shapes.clear()
    expect(await chooseShapes(gpu, store, () => false)).toEqual([])
  })
})
