// Layers with known results. The project's own: worked examples and seeded problems whose objectives the float64
// references gave. Beside the repository there may be more, made in float64 by other code (../shared/golden); they are
// checked where they are.
import { afterAll, describe, expect, test } from 'vitest'
import { goldenObjectives, goldenProblem, goldenSettings } from '../test/golden.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, objectiveOf, plainOptions, solveAll } from '../test/solve.ts'
import fixture from './golden.fixture.json' with { type: 'json' }
import type { Recipe } from './recipes.ts'
import { solveReference } from './reference.ts'
import { solutionCodes } from './solution.ts'

const nearest = { name: 'nearest' }
const natural = { name: 'gptq', options: { order: 'natural' } }
const activation = { name: 'gptq', options: { order: 'activation' } }
const cyclic = { name: 'cyclic' }
const greedy = { name: 'greedy' }
const quantease = { name: 'quantease' }
const once = { name: 'quantease', options: { sweeps: 1 } }

const minmaxMethods: Recipe[] = [
  chain('nearest', nearest),
  chain('gptq-natural', natural),
  chain('gptq-actorder', activation),
  chain('cyclic-from-nearest', nearest, cyclic),
  chain('cyclic-from-gptq-actorder', activation, cyclic),
  chain('cyclic-from-weights', once, cyclic),
  chain('quantease-natural', quantease),
  chain('quantease-actorder', { name: 'quantease', options: { order: 'activation' } }),
  chain('greedy-from-nearest', nearest, greedy),
  chain('greedy-from-gptq-actorder', activation, greedy),
  chain('greedy-damped-from-nearest', nearest, { name: 'greedy', options: { ridge: 0.01 } }),
]
const clipMethods: Recipe[] = [
  chain('clip-diagonal-nearest', nearest),
  chain('clip-diagonal-gptq-actorder', activation),
  chain('clip-diagonal-greedy-from-gptq-actorder', activation, greedy),
].map((recipe) => ({ ...recipe, grid: { name: 'clip' } }))
const owcMethods: Recipe[] = [
  chain('clip-owc-nearest', nearest),
  chain('clip-owc-gptq-actorder', activation),
  chain('clip-owc-greedy-from-gptq-actorder', activation, greedy),
].map((recipe) => ({ ...recipe, grid: { name: 'owc' } }))
const methods = [...minmaxMethods, ...clipMethods, ...owcMethods]

/** Largest |objective / golden − 1| by method, and where. */
const worst = new Map<string, { deviation: number; where: string }>()
function record(method: string, deviation: number, where: string) {
  if (!(Math.abs(deviation) <= (worst.get(method)?.deviation ?? -1)))
    worst.set(method, { deviation: Math.abs(deviation), where })
}
afterAll(() => {
  const lines = [...worst].map(
    ([method, { deviation, where }]) => `${method.padEnd(42)} ${deviation.toExponential(1)}  ${where}`,
  )
  console.log(`largest relative deviation from the golden objectives\n${lines.join('\n')}`)
})

describe('worked examples of four columns', () => {
  const settings = { bits: 2, group: 0, symmetric: false, scaleType: 'f32' } as const
  // A fifth and sixth column without inputs, whose weights span the grid 0 … 3 with scale 1 and zero 0.
  const hessian = new Float64Array(36)
  fixture.hessian.forEach((line, i) => line.forEach((h, j) => (hessian[6 * i + j] = h)))

  test.each(fixture.examples)('$weights', async ({ weights, codes, objectives }) => {
    const problem = { rows: 1, columns: 6, weights: Float64Array.from([...weights.map(Math.fround), 0, 3]), hessian }
    const recipes = [
      chain('nearest', nearest),
      chain('gptq-natural', { name: 'gptq', options: { damp: 0 } }),
      chain('gptq-actorder', { name: 'gptq', options: { damp: 0, order: 'activation' } }),
      chain('cyclic', nearest, cyclic),
      chain('greedy', nearest, greedy),
    ]
    await withGpu(async (gpu) => {
      for (const { solution, recipe } of await solveAll(gpu, problem, { ...plainOptions, settings }, recipes)) {
        const name = recipe.name as keyof typeof codes
        expect([...solutionCodes(solution)].slice(0, 4), name).toEqual(codes[name])
        expect(solution.objective, name).toBeCloseTo(objectives[name], 5)
        expect([...solveReference(problem, recipe, { ...plainOptions, settings }).codes].slice(0, 4), name).toEqual(
          codes[name],
        )
      }
    })
  })
})

describe('seeded problems', () => {
  test.each(fixture.problems)(
    '$problem.rows × $problem.columns, seed $problem.seed, $setting',
    async ({ problem: options, setting, objectives }) => {
      const problem = seededProblem(options)
      const solving = { ...plainOptions, settings: goldenSettings(setting) }
      await withGpu(async (gpu) => {
        for (const { solution, recipe } of await solveAll(gpu, problem, solving, methods)) {
          const golden = objectives[recipe.name as keyof typeof objectives]
          const reference = solveReference(problem, recipe, solving)
          expect(reference.objective / golden, `reference of ${recipe.name}`).toBeCloseTo(1, 9)
          expect(solution.objective / objectiveOf(problem, solution), `own objective of ${recipe.name}`).toBeCloseTo(
            1,
            5,
          )
          record(recipe.name, solution.objective / golden - 1, `seed ${options.seed} ${setting}`)
          // Float32 may round one weight of a row the other way; all that follows in that row then differs.
          expect(Math.abs(solution.objective / golden - 1), recipe.name).toBeLessThan(1e-3)
        }
      })
    },
  )
})

const golden = goldenObjectives()
const all = Object.keys(golden).flatMap((name) => Object.keys(golden[name]).map((one) => [name, one] as const))
// All of them take eight minutes on two cores without a graphics card: GOLDEN=all npx vitest run src/quantize/golden
const settings = process.env.GOLDEN === 'all' ? all : all.filter((_, i) => i % 7 === 0)

describe.runIf(all.length)('golden problems', () => {
  test.each(settings)('%s, %s', async (name, setting) => {
    const problem = await goldenProblem(name)
    const entries = golden[name][setting]
    const named = methods.filter((recipe) => recipe.name in entries)
    expect(named.length).toBeGreaterThan(0)
    const options = { ...plainOptions, settings: goldenSettings(setting) }
    await withGpu(async (gpu) => {
      for (const { solution, recipe } of await solveAll(gpu, problem, options, named)) {
        const { objective, tolerance } = entries[recipe.name]
        const deviation = solution.objective / objective - 1
        record(recipe.name, deviation, `${name} ${setting}`)
        // The golden's own tolerance: what float32 and noise in the last place did to it.
        expect(Math.abs(deviation), recipe.name).toBeLessThanOrEqual(tolerance)
      }
    })
  })
})

/** The methods' names are those of the fixture. */
test('every method is in the fixture', () => {
  const names = methods.map(({ name }) => name).sort()
  for (const { objectives } of fixture.problems) expect(Object.keys(objectives).sort()).toEqual(names)
})
