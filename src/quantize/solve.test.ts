// Options, limits and refusals of the layer solver.
import { InputError } from '../formats/errors.ts'
import { describe, expect, test } from 'vitest'
import type { Gpu } from '../gpu/gpu.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, plainOptions, solveAll } from '../test/solve.ts'
import { steps } from './steps/index.ts'
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
        `unknown step 'magic'; known: ${steps.map(({ name }) => name).join(', ')}`,
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

test('numbers that are not finite are refused', async () => {
  const problem = seededProblem({ rows: 4, columns: 16 })
  await withGpu(async (gpu) => {
    const weights = problem.weights.map((w, at) => (at === 5 ? NaN : w))
    await expect(solveAll(gpu, { ...problem, weights }, plainOptions, [recipes[0]])).rejects.toThrow(
      'tr(W H Wᵀ) of weights is NaN: weights or inputs are not finite',
    )
    const hessian = problem.hessian.map((h, at) => (at === 17 ? Infinity : h))
    await expect(solveAll(gpu, { ...problem, hessian }, plainOptions, [recipes[0]])).rejects.toThrow(InputError)
  })
})

test('a layer too large for one submit is solved in pieces, with the same codes', async () => {
  const problem = seededProblem({ rows: 40, columns: 100 })
  await withGpu(async (gpu) => {
    const whole = await solveAll(gpu, problem, plainOptions, recipes)
    const { workPerSubmit } = gpu
    gpu.workPerSubmit = 2e5
    try {
      const pieces = await solveAll(gpu, problem, plainOptions, recipes)
      for (const [i, { solution, recipe }] of pieces.entries()) {
        expect(solution.codes, recipe.name).toEqual(whole[i].solution.codes)
        expect(solution.moves, recipe.name).toBe(whole[i].solution.moves)
      }
    } finally {
      gpu.workPerSubmit = workPerSubmit
    }
  })
})
