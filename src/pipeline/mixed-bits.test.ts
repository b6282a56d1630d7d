// Layers with bits of their own: every layer of a mixed run is solved as in the uniform run with its bits.
import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { tinyModel, tinyPlan } from '../test/run.ts'
import { HessianCache } from './hessian-cache.ts'
import type { Plan } from './plan.ts'
import { run } from './run.ts'

test('a mixed run has the results of the uniform runs with the same bits, to the last digit', async () => {
  const { model, texts } = await tinyModel(tinyPlan)
  const widths = [2, 3, 4, 8]
  const layerBits = Object.fromEntries(model.layers.map(({ layer }, i) => [layer, widths[i % widths.length]]))
  // The last layer is left to the plan.
  delete layerBits[model.layers.at(-1)!.layer]
  await withGpu(async (gpu) => {
    const cache = new HessianCache()
    const solve = async (plan: Plan) => {
      const { yielded } = await drain(run({ gpu, model, ...texts, cache }, plan))
      return yielded.flatMap((event) => (event.event === 'layer' ? [event] : []))
    }
    const plan = { ...tinyPlan, recipes: ['rtn', 'gptq', 'cdquant', 'quip'], windows: 0 }
    const uniform = new Map<number, Awaited<ReturnType<typeof solve>>>()
    for (const bits of widths) uniform.set(bits, await solve({ ...plan, bits }))
    const mixed = await solve({ ...plan, bits: 3, layerBits })
    expect(mixed).toHaveLength(4 * model.layers.length)
    for (const result of mixed) {
      const bits = layerBits[result.layer] ?? 3
      expect(result.bits, result.layer).toBe(bits)
      const same = uniform.get(bits)!.find(({ layer, recipe }) => layer === result.layer && recipe === result.recipe)
      expect(result).toEqual(same)
    }
  })
})
