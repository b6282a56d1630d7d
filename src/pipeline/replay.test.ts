// A replay ends where the run ended, can be stopped, and leaves nothing on the device.
import { expect, test } from 'vitest'
import { createHessian } from '../quantize/hessian.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { LayerSolver } from '../quantize/solve.ts'
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
const upper = Float32Array.from({ length: (columns * (columns + 1)) / 2 })
for (let i = 0, at = 0; i < columns; i++)
  for (let j = i; j < columns; j++, at++) upper[at] = problem.hessian[i * columns + j]
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
