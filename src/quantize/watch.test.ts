// Looking at a recipe at work changes nothing, and every look tells the loss of the codes it shows.
import { expect, test } from 'vitest'
import { quadraticForm } from '../math/linear.ts'
import { testGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { plainOptions, solveAll } from '../test/solve.ts'
import { uploadHessian } from './hessian.ts'
import { recipeNamed } from './recipes.ts'
import { LayerSolver } from './solve.ts'

const options = { ...plainOptions, settings: { ...plainOptions.settings, bits: 2, group: 32 } }

test.each([
  ['rtn', {}],
  ['gptq', {}],
  ['cyclic', {}],
  ['cdquant', {}],
  ['cdquant', { eigenClip: { fraction: 0.1, threshold: 0 } }],
  ['block', {}],
  ['gptq+cdquant+refit', {}],
])('%s %o: the same codes to the bit', async (name, changed) => {
  const gpu = await testGpu()
  const problem = seededProblem({ rows: 33, columns: 80, tokens: 300 })
  const { rows, columns } = problem
  const settings = { ...options, ...changed }
  const recipe = recipeNamed(name)
  const [{ solution }] = await solveAll(gpu, problem, settings, [recipe])
  using weights = gpu.upload('weights', Float32Array.from(problem.weights))
  using hessian = uploadHessian(gpu, Float32Array.from(problem.hessian), columns)
  using solver = new LayerSolver(gpu, { rows, columns, weights, hessian }, settings)
  const looks: { moves: number; told: number; measured: number }[] = []
  const run = solver.solve(recipe, async ({ moves, objective, codes, levels }) => {
    const [q, scales, zeros] = await Promise.all([
      gpu.readU32(codes),
      gpu.readF32(levels.scales),
      gpu.readF32(levels.zeros),
    ])
    const error = problem.weights.map((w, at) => {
      const level = Math.floor(at / columns) * levels.groups + Math.floor((at % columns) / levels.width)
      return scales[level] * (q[at] - zeros[level]) - w
    })
    looks.push({ moves, told: objective, measured: quadraticForm(error, problem.hessian, rows, columns) })
  })
  let next = await run.next()
  while (!next.done) next = await run.next()
  const watched = next.value
  expect(watched.codes).toEqual(solution.codes)
  expect(watched.levels.scales).toEqual(solution.levels.scales)
  expect(watched.objective).toBe(solution.objective)
  expect(watched.moves).toBe(solution.moves)
  expect(looks.length).toBeGreaterThanOrEqual(recipe.steps.length)
  if (recipe.steps.some(({ name }) => name === 'greedy')) expect(looks.length).toBeGreaterThan(4)
  expect(looks.at(-1)!.moves).toBe(solution.moves)
  // Gains add up in float32.
  for (const { told, measured } of looks) expect(Math.abs(told / measured - 1)).toBeLessThan(1e-4)
  expect(looks.map(({ moves }) => moves)).toEqual(looks.map(({ moves }) => moves).toSorted((a, b) => a - b))
})
