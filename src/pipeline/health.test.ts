// Health events: one for every Hessian, behind its layers, the same when the Hessians are used again.
import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { tinyModel, tinyPlan } from '../test/run.ts'
import { HessianCache } from './hessian-cache.ts'
import { run } from './run.ts'

test('health of every Hessian, kept with it for another plan', async () => {
  const { model, texts } = await tinyModel(tinyPlan)
  await withGpu(async (gpu) => {
    const inputs = { gpu, model, ...texts, cache: new HessianCache() }
    const solve = async (plan: typeof tinyPlan) => {
      const { yielded } = await drain(run(inputs, plan))
      const solved = new Set<string>()
      return yielded.flatMap((event) => {
        if (event.event === 'solved') solved.add(event.layer)
        if (event.event !== 'health') return []
        expect(event.layers.every((layer) => solved.has(layer))).toBe(true)
        return [event]
      })
    }
    const plan = { ...tinyPlan, recipes: ['rtn', 'gptq'], heldOut: 0, windows: 0 }
    const first = await solve(plan)
    const inputsOf = Array.from({ length: model.facts.blocks }, (_, block) => model.inputs(block)).flat()
    expect(first.map(({ layers }) => layers)).toEqual(inputsOf.map(({ layers }) => layers.map(({ layer }) => layer)))
    for (const [i, { columns, tokensPerColumn, eigenvalues, condition, damping }] of first.entries()) {
      expect(columns).toBe(inputsOf[i].columns)
      expect(tokensPerColumn).toBe((plan.samples * plan.window) / columns)
      expect(eigenvalues).toHaveLength(Math.min(16, columns))
      expect(condition).toBeGreaterThan(1)
      expect(damping).toEqual([plan.damp])
    }
    expect(await solve({ ...plan, recipes: ['gptq'], bits: 4 })).toEqual(first)
    // Other damping: another condition, the same eigenvalues.
    const damped = await solve({ ...plan, damp: 0.1 })
    for (const [i, { condition, eigenvalues, damping }] of damped.entries()) {
      expect(damping).toEqual([0.1])
      expect(condition).toBeLessThan(first[i].condition)
      expect(eigenvalues).toEqual(first[i].eigenvalues)
    }
  })
})
