// A replay ends where the run ended, can be stopped, and leaves nothing on the device.
import { expect, test } from 'vitest'
import { quadraticForm } from '../math/linear.ts'
import { createHessian } from '../quantize/hessian.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { LayerSolver } from '../quantize/solve.ts'
import { Triangle } from '../quantize/triangle.ts'
import { testGpu, withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { seededProblem } from '../test/problems.ts'
import type { KeptHessian } from './hessian-cache.ts'
import { defaultPlan, solverOptions } from './plan.ts'
import { replay } from './replay.ts'

const problem = seededProblem({ rows: 33, columns: 80, tokens: 300 })
const { rows, columns } = problem
const facts = { layer: 'layer', block: 0, module: 'layer', rows, columns }
const weights = Float32Array.from(problem.weights)
const upper = new Triangle(columns)
for (const [i, row] of upper.rows.entries()) row.set(problem.hessian.subarray(i * columns + i, (i + 1) * columns))
const kept: KeptHessian = { layers: [facts], columns, tokens: 300, upper, heldOut: undefined, known: undefined }
const plan = { ...defaultPlan, bits: 4, group: 32 }

async function solved(recipe: string, bits: number) {
  const gpu = await testGpu()
  using buffer = gpu.upload('weights', weights)
  using hessian = createHessian(gpu, gpu.upload('hessian', Float32Array.from(problem.hessian)), columns)
  using solver = new LayerSolver(gpu, { rows, columns, weights: buffer, hessian }, solverOptions(plan, bits))
  return (await drain(solver.solve(recipeNamed(recipe)))).result
}

// 2 bits: of a layer that has bits of its own.
test.each([
  ['cdquant', 2],
  ['cyclic', 4],
  ['gptq+cdquant+refit', 2],
])('%s at %i bits ends with the codes of the run', async (recipe, bits) => {
  const solution = await solved(recipe, bits)
  await withGpu(async (gpu) => {
    const { result } = await drain(replay({ gpu, weights, layer: facts, kept, plan, recipe, solution }))
    const { history, differing } = result
    expect(differing).toBe(0)
    expect(history.moments.at(-1)!.moves).toBe(solution.moves)
    expect(history.state(history.moments.length - 1).levels.scales).toEqual(solution.levels.scales)
  })
})

test.each(['cdquant', 'gptq+cdquant+refit'])(
  '%s of a layer in parts ends with the codes of the run',
  async (recipe) => {
    const solution = await solved(recipe, 2)
    await withGpu(async (gpu) => {
      const { result } = await drain(replay({ gpu, weights, layer: facts, kept, plan, recipe, solution }))
      const { history, differing } = result
      expect(differing).toBe(0)
      const { moments } = history
      expect(moments.length).toBeGreaterThan(2)
      expect(moments.at(-1)!.moves).toBe(solution.moves)
      // Objectives of parts are added up in float64.
      expect(Math.abs(moments.at(-1)!.objective / solution.objective - 1)).toBeLessThan(1e-12)
      const { levels } = history.state(moments.length - 1)
      expect(levels).toEqual({ scales: solution.levels.scales, zeros: solution.levels.zeros })
      // Each moment is of all rows: what it tells is the loss of what it shows.
      for (const at of [0, Math.floor(moments.length / 2)]) {
        const { codes, levels } = history.state(at)
        const { width, groups } = solution.levels
        const error = problem.weights.map((w, place) => {
          const level = Math.floor(place / columns) * groups + Math.floor((place % columns) / width)
          return levels.scales[level] * (codes[place] - levels.zeros[level]) - w
        })
        const loss = quadraticForm(error, problem.hessian, rows, columns)
        // Gains add up in float32.
        expect(Math.abs(moments[at].objective / loss - 1)).toBeLessThan(1e-4)
      }
      // Of 33 rows 30 fit.
    }, 36 * 1024)
  },
)

test('codes that rounding took elsewhere are counted, and the last moment is the run’s', async () => {
  const solution = await solved('cdquant', 2)
  const codes = solution.codes.slice()
  codes[0] ^= 0b11
  const other = { ...solution, codes }
  await withGpu(async (gpu) => {
    const run = replay({ gpu, weights, layer: facts, kept, plan, recipe: 'cdquant', solution: other })
    const { history, differing } = (await drain(run)).result
    expect(differing).toBe(1)
    expect(history.differing(codes)).toBe(0)
  })
})

test('stopped half-way it frees what it holds', async () => {
  const solution = await solved('cdquant', 2)
  await withGpu(async (gpu) => {
    const run = replay({ gpu, weights, layer: facts, kept, plan, recipe: 'cdquant', solution })
    expect((await run.next()).done).toBe(false)
    await run.return(undefined as never)
  })
})
