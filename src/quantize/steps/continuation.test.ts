import { describe, expect, test } from 'vitest'
import { withGpu } from '../../test/gpu.ts'
import { seededProblem } from '../../test/problems.ts'
import { chain, objectiveOf, plainOptions, solveAll } from '../../test/solve.ts'
import { uploadHessian } from '../hessian.ts'
import { TENSOR } from '../problem.ts'
import { solveReference } from '../reference.ts'
import { LayerSolver } from '../solve.ts'
import { scheduleOf } from './continuation.ts'

const nearest = { name: 'nearest' }
const greedy = chain('continuation', nearest, { name: 'continuation' })
const cyclic = chain('cyclic continuation', nearest, { name: 'continuation', options: { rule: 'cyclic', from: 0.2 } })

describe.each([
  { name: '24 × 48', problem: { rows: 24, columns: 48, seed: 2 }, group: 0 },
  { name: '17 × 43, groups of 16', problem: { rows: 17, columns: 43 }, group: 16 },
  { name: '1 × 31, one scale', problem: { rows: 1, columns: 31 }, group: TENSOR },
  { name: '40 × 1', problem: { rows: 40, columns: 1 }, group: 0 },
  {
    name: '9 × 66 with dead columns and zero rows',
    problem: { rows: 9, columns: 66, dead: [0, 17, 65], zeroRows: [4] },
    group: 64,
  },
  { name: '12 × 64 from 24 tokens', problem: { rows: 12, columns: 64, tokens: 24 }, group: 0 },
  {
    name: '5 × 20 without inputs',
    problem: { rows: 5, columns: 20, dead: Array.from({ length: 20 }, (_, j) => j) },
    group: 0,
  },
])('$name', ({ problem: size, group }) => {
  const problem = seededProblem(size)
  const options = { ...plainOptions, settings: { ...plainOptions.settings, bits: 2, group } }

  test.each([greedy, cyclic])('$name: a minimum of the true loss, as good as that of the reference', async (recipe) => {
    await withGpu(async (gpu) => {
      const further = chain('further', ...recipe.steps, { name: 'greedy' })
      const [{ solution, points }, more] = await solveAll(gpu, problem, options, [recipe, further])
      const reference = solveReference(problem, recipe, options)
      // Rounding may send a row another way, more often on the flat problems in between; the rows are few.
      expect(solution.objective).toBeLessThanOrEqual(reference.objective * 1.05 + 1e-12)
      expect(Math.abs(solution.objective - objectiveOf(problem, solution))).toBeLessThan(
        1e-5 * solution.objective + 1e-12,
      )
      expect(more.solution.moves).toBe(solution.moves)
      // The curve: true losses, moves counted on from stage to stage.
      expect(points[0].moves).toBe(0)
      points.forEach(({ moves }, i) => expect(moves).toBeGreaterThan(i ? points[i - 1].moves : -1))
      expect(points.at(-1)!.moves).toBe(solution.moves)
      expect(Math.abs(points.at(-1)!.objective - solution.objective)).toBeLessThan(1e-5 * points[0].objective + 1e-12)
    })
  })
})

test.each(['greedy', 'cyclic'])('%s: never above the plain descent, and mostly below', async (rule) => {
  await withGpu(async (gpu) => {
    const gptq = { name: 'gptq', options: { order: 'activation' } }
    const ratios: number[] = []
    for (const seed of [1, 2, 3]) {
      const { rows, columns, weights, hessian } = seededProblem({ rows: 24, columns: 64, seed })
      // A direction far louder than the rest, which single changes cannot follow.
      const loud = hessian.map((h, at) => h + 30 * Math.cos(at % columns) * Math.cos(Math.floor(at / columns)))
      const problem = { rows, columns, weights, hessian: loud.map(Math.fround) }
      for (const start of [nearest, gptq]) {
        const plain = chain('plain', start, { name: rule })
        const path = chain('path', start, { name: 'continuation', options: { rule } })
        const [straight, through] = await solveAll(gpu, problem, plainOptions, [plain, path])
        // Losses in float32.
        expect(through.solution.objective).toBeLessThanOrEqual(straight.solution.objective * (1 + 1e-6))
        ratios.push(through.solution.objective / straight.solution.objective)
      }
    }
    expect(ratios.filter((ratio) => ratio < 1).length).toBeGreaterThan(ratios.length / 2)
  })
})

test('stopped anywhere, it leaves nothing behind', async () => {
  const problem = seededProblem({ rows: 20, columns: 40, seed: 3 })
  for (const pulls of [1, 2, 3, 5])
    await withGpu(async (gpu) => {
      using weights = gpu.upload('weights', Float32Array.from(problem.weights))
      using hessian = uploadHessian(gpu, Float32Array.from(problem.hessian), 40)
      using solver = new LayerSolver(gpu, { rows: 20, columns: 40, weights, hessian }, plainOptions)
      const run = solver.solve(greedy)
      for (let pull = 0; pull < pulls; pull++) await run.next()
      await run.return(undefined as never)
    })
})

test('parts that would lower too many eigenvalues are left out', () => {
  expect(scheduleOf(100, 0.5)).toEqual({ fractions: [0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0], left: [] })
  expect(scheduleOf(4096, 0.3)).toEqual({ fractions: [0.1, 0.05, 0.02, 0.01, 0], left: [0.3, 0.2] })
})
