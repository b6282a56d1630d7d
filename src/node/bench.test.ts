import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Batch, type Dispatch } from '../gpu/batch.ts'
import type { Kernel } from '../gpu/kernel.ts'
import { testGpu, withGpu } from '../test/gpu.ts'
import { benchLayers, RECIPES } from './bench-layers.ts'
import { kernelTable, layerTable, ratioTable } from './bench-table.ts'
import { benchKernel, kernelBenches, SIZES } from './bench.ts'

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

/** Notes which kernels are recorded. */
class Witness extends Batch {
  readonly names = new Set<string>()
  override run<B extends string, P extends string>(kernel: Kernel<B, P>, dispatch: Dispatch<B, P>): this {
    this.names.add(kernel.name)
    return super.run(kernel, dispatch)
  }
}

test('every shader has a bench case', () =>
  withGpu(async (gpu, scope) => {
    const batch = new Witness(gpu, 'witness')
    for (const { cases } of kernelBenches) for (const { record } of cases(gpu, scope, SIZES[0])) record(batch)
    await batch.submit()
    // The ceiling is what the others are measured by.
    const shaders = readdirSync('shaders').filter((file) => file.endsWith('.wgsl') && file !== 'ceiling.wgsl')
    expect(shaders.filter((file) => !batch.names.has(file.replace('.wgsl', '')))).toEqual([])
  }))

test('a small budget still measures the smallest size of every shape', async () => {
  const gpu = await testGpu()
  const bench = kernelBenches.find(({ name }) => name === 'row-loss')!
  expect((await benchKernel(gpu, bench, ceilings, 1e-6)).map(({ size }) => size)).toEqual([SIZES[0]])
})

test('every recipe and step is timed against GPTQ on the same layer', async () => {
  const gpu = await testGpu()
  const before = gpu.memory.labels()
  for await (const time of benchLayers(gpu, 1e-6, [[16, 24]])) {
    expect(time.recipes.map(({ name }) => name)).toEqual(RECIPES)
    expect(time.steps.map(({ name }) => name)).toEqual(['gptq', 'greedy from gptq', 'gradient alone'])
    expect(time.factorMs).toBeGreaterThan(0)
    for (const timed of [time.recipes, time.steps]) {
      expect(timed[0]).toMatchObject({ name: 'gptq', ratio: 1, runs: 1, moves: 0 })
      for (const { ms, ratio } of timed) expect(ms / timed[0].ms).toBeCloseTo(ratio, 10)
    }
    expect(time.recipes.find(({ name }) => name === 'cdquant')!.moves).toBeGreaterThan(0)
    expect(layerTable([time])).toContain('16 × 24')
    expect(ratioTable([time]).split('\n')).toHaveLength(3)
  }
  expect(gpu.memory.labels()).toEqual(before)
})
