// Options of the coordinate descents and of QuantEase against their references, limits, hidden losses, odd layers.
import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, objectiveOf, plainOptions, solveAll } from '../test/solve.ts'
import { Curve } from './descent-curve.ts'
import { solveReference } from './reference.ts'
import { solutionCodes } from './solution.ts'

const nearest = { name: 'nearest' }
const grouped = { ...plainOptions, settings: { ...plainOptions.settings, group: 20 } }

const variants = [
  { name: 'cyclic', options: { order: 'activation' } },
  { name: 'greedy', options: { batch: '4' } },
  { name: 'greedy', options: { tolerance: 0.01 } },
  { name: 'greedy', options: { tolerance: 0.01, batch: '4', moves: 5 } },
]

test.each([plainOptions, grouped])('variants of descent follow their references (case %#)', async (options) => {
  const problem = seededProblem({ rows: 20, columns: 50, seed: 4, dead: [7] })
  await withGpu(async (gpu) => {
    const recipes = variants.map((step, i) => chain(`variant ${i}`, nearest, step))
    const plain = await solveAll(gpu, problem, options, [chain('greedy', nearest, { name: 'greedy' })])
    for (const { solution, recipe } of await solveAll(gpu, problem, options, recipes)) {
      const reference = solveReference(problem, recipe, options)
      // No row of this problem is decided by rounding.
      expect([...solutionCodes(solution)], recipe.name).toEqual([...reference.codes])
      expect(solution.moves, recipe.name).toBe(reference.moves)
      if (recipe.steps[1].options?.tolerance !== undefined) expect(solution.moves).toBeLessThan(plain[0].solution.moves)
    }
  })
})

const quantease = [{}, { order: 'activation' }, { sweeps: 1 }, { sweeps: 5, relaxed: false }, { sweeps: 2 }].map(
  (options, i) => chain(`quantease ${i}`, { name: 'quantease', options }),
)

test.each([
  [20, 50, 20],
  [1, 37, 0],
  [15, 1, 0],
])('QuantEase follows its reference: %i rows, %i columns, groups of %i', async (rows, columns, group) => {
  const problem = seededProblem({ rows, columns, dead: columns > 1 ? [3] : [], zeroRows: rows > 1 ? [2] : [] })
  const options = { ...plainOptions, settings: { ...plainOptions.settings, group } }
  await withGpu(async (gpu) => {
    for (const { solution, recipe } of await solveAll(gpu, problem, options, quantease)) {
      const reference = solveReference(problem, recipe, options)
      // After a relaxed sweep all of a row hangs together, so that rounding may send a row another way. Float32 levels
      // miss a weight that lies on one by some 1e-7 of it.
      const energy = reference.objective / reference.relative || 0
      expect(Math.abs(solution.objective - reference.objective), recipe.name).toBeLessThanOrEqual(
        1e-3 * reference.objective + 1e-13 * energy,
      )
    }
  })
})

test('a quantizing sweep from the weights begins a descent', async () => {
  const problem = seededProblem({ rows: 16, columns: 40 })
  await withGpu(async (gpu) => {
    const once = { name: 'quantease', options: { sweeps: 1 } }
    const [first, both, wanting] = await solveAll(gpu, problem, plainOptions, [
      chain('once', once),
      chain('both', once, { name: 'cyclic' }),
      chain('five', { name: 'quantease', options: { sweeps: 60, relaxed: false } }),
    ])
    expect(both.solution.objective).toBeLessThan(first.solution.objective)
    // The same sweeps, some of them by another kernel.
    expect(solutionCodes(wanting.solution)).toEqual(solutionCodes(both.solution))
  })
})

test('a descent cut into short pieces ends where it would, in both orders', async () => {
  const problem = seededProblem({ rows: 30, columns: 90 })
  const recipes = [
    chain('greedy', nearest, { name: 'greedy' }),
    chain('four', nearest, { name: 'greedy', options: { batch: '4' } }),
    chain('cyclic', nearest, { name: 'cyclic', options: { order: 'activation' } }),
    chain('quantease', { name: 'quantease' }),
  ]
  await withGpu(async (gpu) => {
    const whole = await solveAll(gpu, problem, plainOptions, recipes)
    const { workPerSubmit } = gpu
    gpu.workPerSubmit = 2e4
    try {
      const pieces = await solveAll(gpu, problem, plainOptions, recipes)
      for (const [i, { solution }] of pieces.entries())
        expect(solutionCodes(solution), recipes[i].name).toEqual(solutionCodes(whole[i].solution))
    } finally {
      gpu.workPerSubmit = workPerSubmit
    }
  })
})

test('where solvers see a clipped Hessian, points are losses on the true one', async () => {
  const problem = seededProblem({ rows: 24, columns: 64 })
  const options = { ...plainOptions, eigenClip: { fraction: 0.1, threshold: 0 } }
  const recipes = ['greedy', 'cyclic'].map((name) => chain(name, nearest, { name }))
  await withGpu(async (gpu) => {
    const start = await solveAll(gpu, problem, options, [chain('nearest', nearest)])
    for (const { solution, points, recipe } of await solveAll(gpu, problem, options, recipes)) {
      expect(points[0].objective / start[0].solution.objective, recipe.name).toBeCloseTo(1, 5)
      expect(points.at(-1)!.objective / solution.objective, recipe.name).toBeCloseTo(1, 5)
      expect(solution.objective / objectiveOf(problem, solution), recipe.name).toBeCloseTo(1, 5)
      expect(points.at(-1)!.moves).toBe(solution.moves)
      expect(points.length).toBeGreaterThan(3)
    }
  })
})

test('the points of a curve stay few, and the last one is kept', () => {
  const curve = new Curve()
  let shown = 0
  for (let piece = 0; piece < 1000; piece++)
    shown += curve.add(
      Array.from({ length: 100 }, (_, i) => ({ moves: 100 * piece + i, objective: 1 / (1 + 100 * piece + i) })),
    ).length
  expect(shown).toBeLessThan(400)
  expect(curve.end()).toEqual([{ moves: 99_999, objective: 1e-5 }])
  expect(new Curve().end()).toEqual([])
})

test('options out of range are named with what is allowed', async () => {
  const problem = seededProblem({ rows: 2, columns: 8 })
  const refusals = [
    [{ name: 'greedy', options: { tolerance: -1 } }, "option 'tolerance' is -1; allowed: 0 to 1"],
    [{ name: 'greedy', options: { batch: '3' } }, "option 'batch' is 3; allowed: 1, 4"],
    [{ name: 'cyclic', options: { order: 'random' } }, "option 'order' is random; allowed: natural, activation"],
    [{ name: 'quantease', options: { sweeps: 0 } }, "option 'sweeps' is 0; allowed: 1 to 1000"],
  ] as const
  await withGpu(async (gpu) => {
    for (const [step, message] of refusals)
      await expect(solveAll(gpu, problem, plainOptions, [chain('x', nearest, step)])).rejects.toThrow(message)
  })
})
