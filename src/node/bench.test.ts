import { expect, test } from 'vitest'
import { testGpu } from '../test/gpu.ts'
import { benchLayers, RECIPES } from './bench-layers.ts'
import { kernelTable, layerTable } from './bench-table.ts'
import { benchKernel, kernelBenches } from './bench.ts'

const ceilings = { copyGBs: 1, multiplyAddGFlops: 1 }

test.each(kernelBenches)('the bench of $name runs', async (bench) => {
  const gpu = await testGpu()
  const before = gpu.memory.labels()
  const times = await benchKernel(gpu, bench, ceilings, 1, [128])
  expect(times.length).toBeGreaterThan(0)
  for (const { ms, gflops, gbs, share } of times) {
    expect(ms).toBeGreaterThan(0)
    expect(gflops + gbs).toBeGreaterThan(0)
    expect(share).toBe(Math.max(gflops, gbs))
  }
  expect(kernelTable(times).split('\n')).toHaveLength(times.length + 2)
  expect(gpu.memory.labels()).toEqual(before)
})

test('every recipe is timed against GPTQ on the same layer', async () => {
  const gpu = await testGpu()
  const before = gpu.memory.labels()
  for await (const time of benchLayers(gpu, 60, [[16, 24]])) {
    expect(time.recipes.map(({ recipe }) => recipe)).toEqual(RECIPES)
    expect(time.recipes[0]).toMatchObject({ recipe: 'gptq', ratio: 1 })
    for (const { ms, ratio } of time.recipes) expect(ms! / time.recipes[0].ms!).toBeCloseTo(ratio!, 10)
    expect(layerTable([time])).toContain('16 × 24')
  }
  expect(gpu.memory.labels()).toEqual(before)
})
