// What holds for every recipe, on every problem: codes on the grid, the same codes every time, a loss that is what it
// says, descents that descend and end where they claim, inputs left alone, nothing left behind.
import { describe, expect, test } from 'vitest'
import { largestDifference } from '../math/compare.ts'
import { roundToHalf } from '../math/half.ts'
import { quadraticForm } from '../math/linear.ts'
import { conformanceCases, type ConformanceCase } from '../test/conformance-cases.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, objectiveOf, plainOptions, solveAll } from '../test/solve.ts'
import { uploadHessian } from './hessian.ts'
import { named, optionValues, type OptionTable } from './options.ts'
import type { ReferenceProblem } from './problem.ts'
import { recipes, type Recipe } from './recipes.ts'
import { referenceResidual, solveReference } from './reference.ts'
import { dequantizeSolution, solutionCodes, type Solution } from './solution.ts'
import { defaultsFor, LayerSolver, type SolverOptions } from './solve.ts'
import { steps } from './steps/index.ts'
import { transforms } from './transforms/index.ts'

const optionsOf = ({ settings, grid }: Pick<ConformanceCase, 'settings' | 'grid'>): SolverOptions => ({
  ...plainOptions,
  settings,
  grid: { name: grid },
})

/** Recipes in the layer's own basis and on the plan's grid: what nearest codes are is the same for all of them. */
const onThePlansLevels = recipes.filter(({ transform, grid }) => transform.name === 'none' && !grid)

/** Recipes whose codes stand for levels of the grid to the end. */
const onTheGrid = onThePlansLevels.filter(({ steps: chain }) => !chain.some(({ name }) => name === 'refit'))

/** The problem that the steps of a recipe solve, in float64. */
function inside(problem: ReferenceProblem, { transform: choice }: Recipe, options: SolverOptions): ReferenceProblem {
  const transform = named('transform', transforms, choice.name)
  const values = optionValues<OptionTable>(transform.options, { ...defaultsFor(transform, options), ...choice.options })
  return transform.reference(problem, options.settings, values).problem
}

const lastStep = ({ steps: chain }: Recipe) => named('step', steps, chain.at(-1)!.name)

/**
 * The largest decrease that one change of one code allows, as a part of its row's loss; float64, every column and
 * level.
 */
function bestSingleChange(problem: ReferenceProblem, { levels }: Solution, codes: ArrayLike<number>): number {
  const { rows, columns, hessian } = problem
  const residual = referenceResidual(problem, levels, codes)
  let best = 0
  for (let row = 0; row < rows; row++) {
    const e = residual.subarray(row * columns, (row + 1) * columns)
    const product = Array.from(e, (_, j) => e.reduce((sum, x, i) => sum + x * hessian[i * columns + j], 0))
    const loss = e.reduce((sum, x, j) => sum + x * product[j], 0)
    for (let j = 0; j < columns; j++)
      for (let code = 0; code < 2 ** levels.bits; code++) {
        const delta =
          levels.scales[row * levels.groups + Math.floor(j / levels.width)] * (code - codes[row * columns + j])
        best = Math.max(best, (-delta * (delta * hessian[j * columns + j] + 2 * product[j])) / loss || 0)
      }
  }
  return best
}

describe.each(conformanceCases)('$name', (one) => {
  const problem = seededProblem(one.problem)
  const options = optionsOf(one)

  test.each(recipes)('$name: on the grid, what it says, deterministic', async (recipe) => {
    await withGpu(async (gpu) => {
      const [{ solution }] = await solveAll(gpu, problem, options, [recipe])
      const codes = solutionCodes(solution)
      const { scales, zeros, bits } = solution.levels
      expect(Math.max(...codes)).toBeLessThan(2 ** bits)
      expect([...scales].every((scale) => scale > 0 && scale < Infinity)).toBe(true)
      if (options.settings.scaleType === 'f16') expect([...scales]).toEqual([...scales].map(roundToHalf))
      if (solution.levels.zeroType === 'integer')
        expect([...zeros].every((zero) => Number.isInteger(zero) && zero >= 0 && zero < 2 ** bits)).toBe(true)
      else expect([...zeros].every(Number.isFinite)).toBe(true)
      // The product E·H and its sum in float32.
      const exact = objectiveOf(problem, solution)
      const energy = quadraticForm(problem.weights, problem.hessian, problem.rows, problem.columns)
      expect(Math.abs(solution.objective - exact)).toBeLessThan(1e-5 * exact + 1e-12 * energy)
      expect(Math.abs(solution.relative - exact / energy)).toBeLessThan(1e-5 * solution.relative + 1e-12)
      const [{ solution: again }] = await solveAll(gpu, problem, options, [recipe])
      expect(again).toEqual(solution)
      using weights = dequantizeSolution(gpu, solution, problem)
      const expected =
        solution.restored ??
        referenceResidual({ ...problem, weights: new Float64Array(codes.length) }, solution.levels, codes)
      const found = await weights.read(gpu)
      // With a zero that is no whole number the difference code − zero is rounded, too.
      if (solution.levels.zeroType === 'real' && !solution.restored)
        expect(largestDifference(found, expected)).toBeLessThan(2 ** -22 * Math.max(...expected.map(Math.abs)))
      else expect(found).toEqual(Float32Array.from(expected))
    })
  })

  test('in one solver, one after another: never above nearest, descents fall to a minimum', async () => {
    await withGpu(async (gpu) => {
      const all = await solveAll(gpu, problem, options, recipes)
      const energy = quadraticForm(problem.weights, problem.hessian, problem.rows, problem.columns)
      const rtn = all.find(({ recipe }) => recipe.name === 'rtn')!.solution.objective
      for (const { solution, points, curves, recipe } of all) {
        if (onThePlansLevels.includes(recipe))
          expect(solution.objective, recipe.name).toBeLessThanOrEqual(rtn * (1 + 1e-6))
        const reference = solveReference(problem, recipe, options)
        // Rounding may send a row another way, to another minimum about as good; these rows are few.
        expect(solution.objective, recipe.name).toBeLessThanOrEqual(reference.objective * 1.02 + 1e-12)
        if (!lastStep(recipe).descends) continue
        expect(points[0].moves).toBe(0)
        expect(points.at(-1)!.moves).toBe(solution.moves)
        for (const { step, points } of curves) {
          // A refit lowers the loss without a move.
          const still = step === 'refit' ? 1 : 0
          for (const [i, point] of points.entries())
            if (i > 0) {
              expect(point.objective).toBeLessThan(points[i - 1].objective)
              expect(point.moves).toBeGreaterThan(points[i - 1].moves - still)
            }
        }
        const solved = inside(problem, recipe, options)
        const ended = points.at(-1)!.objective - solution.objective
        // The curve adds up gains in float32; the solution is measured from scratch. There and back through a transform,
        // weights keep a relative error of some 3e-7, whose loss adds to that of the codes, with a cross term. A way
        // back to fewer rows removes a part of the errors that the curve counts.
        const float = solution.restored ? 3e-7 ** 2 * energy : 0
        const rounding = 1e-5 * points[0].objective + 2 * Math.sqrt(points[0].objective * float) + float
        if (solved.rows === problem.rows) expect(Math.abs(ended), recipe.name).toBeLessThan(rounding)
        else expect(ended, recipe.name).toBeGreaterThan(-rounding)
        // A change must gain 1e-6 of h s² to be made, and the loss is at least h s² / 4 where a change is nearly worth
        // it.
        expect(bestSingleChange(solved, solution, solutionCodes(solution)), recipe.name).toBeLessThan(1e-5)
      }
      const objectives = new Map(all.map(({ recipe, solution }) => [recipe.name, solution.objective]))
      const start = await solveAll(gpu, problem, options, [
        chain('start', { name: 'gptq', options: { order: 'activation' } }),
      ])
      expect(objectives.get('gptq+cdquant')).toBeLessThanOrEqual(start[0].solution.objective * (1 + 1e-6))
      for (const [block, greedy] of [
        ['block', 'cdquant'],
        ['gptq+block', 'gptq+cdquant'],
      ])
        expect(objectives.get(block), block).toBeLessThanOrEqual(objectives.get(greedy)! * (1 + 1e-6))
      expect(objectives.get('gptq+cdquant+refit')).toBeLessThanOrEqual(objectives.get('gptq+cdquant')! * (1 + 1e-6))
    })
  })

  test('optimal clipping: nearest codes never lose by it', async () => {
    await withGpu(async (gpu) => {
      const nearest = chain('nearest', { name: 'nearest' })
      const on = (grid: string): Recipe => ({ ...nearest, grid: { name: grid } })
      const [start, clipped] = await solveAll(gpu, problem, options, [on('minmax'), on('owc')])
      expect(clipped.solution.objective).toBeLessThanOrEqual(start.solution.objective * (1 + 1e-6))
    })
  })

  test('inputs stay as they were, and both shapes of the descent agree', async () => {
    await withGpu(async (gpu, scope) => {
      const { rows, columns } = problem
      const weights = scope.upload('weights', Float32Array.from(problem.weights))
      const hessian = scope.own(uploadHessian(gpu, Float32Array.from(problem.hessian), columns))
      const objectives: number[][] = []
      const before = gpu.shapes.get('descent')
      for (const shape of ['thread', 'workgroup']) {
        gpu.shapes.set('descent', shape)
        using solver = new LayerSolver(gpu, { rows, columns, weights, hessian }, options)
        objectives.push([])
        for (const recipe of recipes) objectives.at(-1)!.push((await drive(solver.solve(recipe))).objective)
      }
      if (before) gpu.shapes.set('descent', before)
      else gpu.shapes.delete('descent')
      // Two products in another order of summation: rounding may send a row another way.
      objectives[0].forEach((objective, i) =>
        expect(Math.abs(objectives[1][i] - objective)).toBeLessThanOrEqual(0.02 * objective),
      )
      expect(await gpu.readF32(weights)).toEqual(Float32Array.from(problem.weights))
      expect(await hessian.matrix.read(gpu)).toEqual(Float32Array.from(problem.hessian))
    })
  })
})

async function drive(run: AsyncGenerator<unknown, Solution>): Promise<Solution> {
  let next = await run.next()
  while (!next.done) next = await run.next()
  return next.value
}

test.each(onTheGrid)('$name: an H that couples nothing gives nearest codes', async (recipe) => {
  const { rows, columns, weights } = seededProblem({ rows: 20, columns: 40, seed: 7 })
  const hessian = new Float64Array(columns * columns)
  for (let j = 0; j < columns; j++) hessian[j * (columns + 1)] = 1
  await withGpu(async (gpu) => {
    const [rtn, other] = await solveAll(gpu, { rows, columns, weights, hessian }, plainOptions, [recipes[0], recipe])
    expect(other.solution.codes).toEqual(rtn.solution.codes)
    expect(other.solution.objective).toBe(rtn.solution.objective)
  })
})

test.each(recipes)('$name: inputs that were never on cost nothing', async (recipe) => {
  const { rows, columns, weights } = seededProblem({ rows: 3, columns: 20 })
  await withGpu(async (gpu) => {
    const [{ solution }] = await solveAll(
      gpu,
      { rows, columns, weights, hessian: new Float64Array(columns ** 2) },
      plainOptions,
      [recipe],
    )
    expect([solution.objective, solution.relative, solution.moves]).toEqual([0, 0, 0])
  })
})

test.each(recipes)('$name: stopped anywhere, it leaves nothing behind', async (recipe) => {
  const problem = seededProblem({ rows: 40, columns: 64, seed: 3 })
  for (let pulls = 0; pulls < 4; pulls++)
    await withGpu(async (gpu) => {
      using weights = gpu.upload('weights', Float32Array.from(problem.weights))
      using hessian = uploadHessian(gpu, Float32Array.from(problem.hessian), 64)
      using solver = new LayerSolver(gpu, { rows: 40, columns: 64, weights, hessian }, plainOptions)
      const run = solver.solve(recipe)
      for (let pull = 0; pull < pulls; pull++) await run.next()
      await run.return(undefined as never)
      // The solver is still good for a whole run.
      expect((await drive(solver.solve(recipe))).objective).toBeGreaterThan(0)
    })
})
