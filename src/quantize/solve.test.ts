// Options, limits and refusals of the layer solver.
import { describe, expect, test } from 'vitest'
import type { Gpu } from '../gpu/gpu.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, plainOptions, solveAll } from '../test/solve.ts'
import { recipes, type Recipe } from './recipes.ts'
import { solveReference } from './reference.ts'
import type { SolverOptions } from './solve.ts'

describe('what cannot be solved', () => {
  const problem = seededProblem({ rows: 4, columns: 128 })
  const solve = (gpu: Gpu, options: SolverOptions, recipe: Recipe) => solveAll(gpu, problem, options, [recipe])

  test('a group larger than a row', async () => {
    await withGpu(async (gpu) => {
      const options = { ...plainOptions, settings: { ...plainOptions.settings, group: 512 } }
      await expect(solve(gpu, options, recipes[0])).rejects.toThrow(
        'group 512 is larger than the 128 columns of weights',
      )
    })
  })

  test('unknown names, and a chain that begins with an improvement', async () => {
    await withGpu(async (gpu) => {
      await expect(solve(gpu, plainOptions, chain('x', { name: 'magic' }))).rejects.toThrow(
        "unknown step 'magic'; known: nearest, gptq, cyclic, greedy",
      )
      await expect(solve(gpu, { ...plainOptions, grid: { name: 'magic' } }, recipes[0])).rejects.toThrow(
        "unknown grid 'magic'; known: minmax, clip",
      )
      await expect(solve(gpu, plainOptions, chain('x', { name: 'greedy' }))).rejects.toThrow(
        "recipe 'x' begins with 'greedy', which has no codes to improve",
      )
      await expect(solve(gpu, plainOptions, chain('x', { name: 'gptq', options: { damp: 2 } }))).rejects.toThrow(
        "option 'damp' is 2; allowed: 0 to 1",
      )
    })
  })
})

test('limits of a descent are kept', async () => {
  const problem = seededProblem({ rows: 8, columns: 64 })
  await withGpu(async (gpu) => {
    const limited = (options: Record<string, number>) =>
      chain('limited', { name: 'nearest' }, { name: 'sweeps' in options ? 'cyclic' : 'greedy', options })
    const runs = await solveAll(
      gpu,
      problem,
      plainOptions,
      [{ moves: 0 }, { moves: 1 }, { moves: 3 }, { sweeps: 1 }, { sweeps: 1000 }].map(limited),
    )
    const [none, one, three, sweep, all] = runs.map(({ solution }) => solution)
    expect([none.moves, one.moves, three.moves]).toEqual([0, 8, 24])
    for (const [i, recipe] of [limited({ moves: 3 }), limited({ sweeps: 1 })].entries()) {
      const reference = solveReference(problem, recipe, plainOptions)
      expect([three, sweep][i].moves).toBe(reference.moves)
      expect([three, sweep][i].objective / reference.objective).toBeCloseTo(1, 5)
    }
    expect(three.objective).toBeLessThan(one.objective)
    expect(all.objective).toBeLessThan(sweep.objective)
  })
})
