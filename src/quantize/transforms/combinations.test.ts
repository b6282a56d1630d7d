// Every transform with every grid and every step: the objective is that of the weights it gives back. And what the
// published combinations promise.
import { describe, expect, test } from 'vitest'
import { uploadHessian } from '../hessian.ts'
import { gramMatrix, quadraticForm } from '../../math/linear.ts'
import { random } from '../../math/random.ts'
import { withGpu } from '../../test/gpu.ts'
import { seededProblem } from '../../test/problems.ts'
import { chain, objectiveOf, plainOptions, solveAll } from '../../test/solve.ts'
import { grids } from '../grids/index.ts'
import { optionValues } from '../options.ts'
import type { ReferenceProblem } from '../problem.ts'
import { recipeNamed, type Recipe, type StageChoice } from '../recipes.ts'
import { levelBits, solutionCodes } from '../solution.ts'
import { steps } from '../steps/index.ts'
import { incoherence } from './incoherence.ts'
import { transforms } from './index.ts'

const nearest = { name: 'nearest' }

const through = (transform: string, grid: string | undefined, ...chosen: StageChoice[]): Recipe => ({
  ...chain([transform, grid ?? 'plan', ...chosen.map(({ name }) => name)].join(' '), ...chosen),
  transform: { name: transform },
  ...(grid && { grid: { name: grid } }),
})

describe.each([
  { text: '9 × 24, 2 bits', problem: { rows: 9, columns: 24 }, settings: { bits: 2, group: 0, symmetric: false } },
  {
    text: '6 × 43 with dead columns and a zero row, 3 bits, groups of 16, symmetric',
    problem: { rows: 6, columns: 43, dead: [3, 40], zeroRows: [2] },
    settings: { bits: 3, group: 16, symmetric: true },
  },
])('$text', ({ problem: shape, settings }) => {
  const problem = seededProblem(shape)
  const energy = quadraticForm(problem.weights, problem.hessian, problem.rows, problem.columns)
  const all = transforms.flatMap((transform) =>
    grids.flatMap((grid) =>
      steps.map((step) => through(transform.name, grid.name, ...(step.refines ? [nearest] : []), { name: step.name })),
    ),
  )

  test('the objective is that of the weights given back', async () => {
    await withGpu(async (gpu) => {
      const options = { ...plainOptions, settings: { ...settings, scaleType: 'f16' as const } }
      for (const { solution, recipe } of await solveAll(gpu, problem, options, all)) {
        const { rows, columns, levels, restored } = solution
        expect(restored === undefined, recipe.name).toBe(recipe.transform.name === 'none')
        expect(Math.max(...solutionCodes(solution)), recipe.name).toBeLessThan(2 ** settings.bits)
        const exact = objectiveOf(problem, solution)
        // E·H and its sum in float32.
        expect(Math.abs(solution.objective - exact), recipe.name).toBeLessThan(1e-5 * exact + 1e-12 * energy)
        const stored = rows * columns * settings.bits + levelBits(levels, rows)
        expect(solution.effectiveBits, recipe.name).toBeGreaterThanOrEqual(stored / problem.weights.length)
      }
    })
  })
})

/** Inputs with three channels far louder than the rest, weights with some far larger than the rest. */
function outlierProblem(rows: number, columns: number): ReferenceProblem {
  const { normal } = random(11)
  const loud = (j: number) => (j % 29 === 7 ? 60 : 1)
  const inputs = Float64Array.from({ length: 512 * columns }, (_, at) => normal() * loud(at % columns))
  const weights = Float64Array.from({ length: rows * columns }, (_, at) =>
    Math.fround(0.02 * normal() * (at % 61 === 5 ? 12 : 1)),
  )
  return { rows, columns, weights, hessian: gramMatrix(inputs, 512, columns).map(Math.fround) }
}

describe('outliers', () => {
  const problem = outlierProblem(48, 96)

  test('the incoherence of weights and Hessian falls', () => {
    const { rows, columns } = problem
    const values = optionValues(incoherence.options)
    const { problem: inside } = incoherence.reference(problem, plainOptions.settings, values)
    const largest = (values: ArrayLike<number>) =>
      Array.from(values).reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    const square = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x * x, 0)
    const ofWeights = ({ weights }: ReferenceProblem) =>
      (largest(weights) * Math.sqrt(rows * columns)) / Math.sqrt(square(weights))
    const ofInputs = ({ hessian }: ReferenceProblem) => {
      const diagonal = Array.from({ length: columns }, (_, j) => hessian[j * (columns + 1)])
      return (largest(diagonal) * columns) / diagonal.reduce((sum, h) => sum + h, 0)
    }
    // 4608 Gaussian numbers have a largest one of about 4; the diagonal of H' varies like a sum of 96 weighted squares.
    expect(ofWeights(problem)).toBeGreaterThan(10)
    expect(ofWeights(inside)).toBeLessThan(5)
    expect(ofInputs(problem)).toBeGreaterThan(20)
    expect(ofInputs(inside)).toBeLessThan(3)
  })

  test('at 2 bits QuIP is far below GPTQ in the layer’s own basis, and descent improves both', async () => {
    await withGpu(async (gpu) => {
      const options = { ...plainOptions, settings: { ...plainOptions.settings, bits: 2 } }
      const names = ['gptq', 'quip', 'quip+cdquant', 'framequant', 'framequant+cdquant', 'rtn', 'awq', 'awq+cdquant']
      const all = await solveAll(gpu, problem, options, names.map(recipeNamed))
      const [gptq, quip, quipCd, framed, framedCd, rtn, awq, awqCd] = all.map(({ solution }) => solution.objective)
      expect(quip).toBeLessThan(gptq / 4)
      expect(framed).toBeLessThan(gptq / 4)
      expect(awq).toBeLessThan(rtn / 2)
      expect(quipCd).toBeLessThanOrEqual(quip * (1 + 1e-6))
      expect(awqCd).toBeLessThanOrEqual(awq * (1 + 1e-6))
      // Descent lowers the loss of the coefficients, of which the way back removes a part.
      expect(framedCd).toBeLessThan(framed * 1.1)
    })
  })
})

test.each([2, 3, 4])(
  'at %i bits a searched channel scale never loses to none on the grid it was searched on',
  async (bits) => {
    for (const seed of [1, 2, 3]) {
      const problem = seededProblem({ rows: 20, columns: 40, seed })
      await withGpu(async (gpu) => {
        const options = { ...plainOptions, settings: { ...plainOptions.settings, bits } }
        const recipes = [through('none', 'minmax', nearest), through('channel-scale', 'minmax', nearest)]
        const [without, scaled] = (await solveAll(gpu, problem, options, recipes)).map(
          ({ solution }) => solution.objective,
        )
        expect(scaled).toBeLessThanOrEqual(without * (1 + 1e-5))
      })
    }
  },
)

describe('what is degenerate', () => {
  const changes = transforms.filter(({ name }) => name !== 'none').map(({ name }) => name)

  test.each(changes)('%s: a singular H without damping climbs the ladder or is solved', async (transform) => {
    const problem = seededProblem({ rows: 4, columns: 32, tokens: 6 })
    await withGpu(async (gpu) => {
      const recipe = through(transform, 'minmax', { name: 'gptq', options: { damp: 0 } }, { name: 'greedy' })
      const [{ solution }] = await solveAll(gpu, problem, plainOptions, [recipe])
      expect(solution.damping!.at(-1)).toBeGreaterThan(0)
      expect(solution.objective).toBeCloseTo(objectiveOf(problem, solution), 5)
    })
  })

  test.each(changes)(
    '%s: inputs along one direction leave columns that are only rounding, which count as dead',
    async (transform) => {
      // H = 1 1ᵀ: every mixed column but a few is 0 up to rounding.
      const problem = { ...seededProblem({ rows: 5, columns: 24 }), hessian: new Float64Array(24 * 24).fill(1) }
      await withGpu(async (gpu) => {
        for (const recipe of [
          through(transform, 'minmax', nearest, { name: 'greedy' }),
          through(transform, 'minmax', { name: 'gptq' }, { name: 'greedy' }),
        ]) {
          const [{ solution }] = await solveAll(gpu, problem, plainOptions, [recipe])
          const exact = objectiveOf(problem, solution)
          const energy = quadraticForm(problem.weights, problem.hessian, 5, 24)
          expect(Math.abs(solution.objective - exact)).toBeLessThan(1e-5 * exact + 1e-9 * energy)
        }
      })
    },
  )

  test.each(changes)('%s: weights that are all zero stay zero', async (transform) => {
    const problem = { ...seededProblem({ rows: 3, columns: 20 }), weights: new Float64Array(60) }
    await withGpu(async (gpu) => {
      const recipe = through(transform, 'minmax', { name: 'gptq' }, { name: 'greedy' })
      const [{ solution }] = await solveAll(gpu, problem, plainOptions, [recipe])
      expect([...solution.restored!].every((w) => w === 0)).toBe(true)
      expect([solution.objective, solution.relative]).toEqual([0, 0])
    })
  })

  test.each(changes)('%s: a Hessian that is not finite is refused', async (transform) => {
    const problem = seededProblem({ rows: 3, columns: 20 })
    await withGpu(async (gpu, scope) => {
      const matrix = Float32Array.from(problem.hessian, (h, at) => (at === 21 ? NaN : h))
      const hessian = scope.own(uploadHessian(gpu, matrix, 20))
      const weights = scope.upload('weights', Float32Array.from(problem.weights))
      const stage = transforms.find(({ name }) => name === transform)!
      const run = async () => {
        const given = { rows: 3, columns: 20, weights, hessian }
        using transformed = await stage.run(gpu, given, plainOptions.settings, optionValues(stage.options))
        await transformed.problem.hessian.diagonalValues()
      }
      await expect(run()).rejects.toThrow('the Hessian’s diagonal is NaN'.replace('’', "'"))
    })
  })
})
