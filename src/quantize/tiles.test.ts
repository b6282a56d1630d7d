// Layers on an adapter that holds matrices of columns × columns only in tiles of rows: what is found there is what one
// finds that holds them in one buffer, bit for bit, as every sum is made of the same terms in the same order.
import { describe, expect, test } from 'vitest'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, plainOptions, solveAll } from '../test/solve.ts'
import { createHessian, uploadHessian, type KnownFactors } from './hessian.ts'
import { recipes, type Recipe, type StageChoice } from './recipes.ts'
import type { SolverOptions } from './solve.ts'

/** 64 rows and the one behind them of the widest matrix: three tiles, four where it is 257 wide. */
const LIMITS = { 150: 52 * 1024, 257: 72 * 1024 }

const problem = seededProblem({ rows: 9, columns: 150, dead: [70] })
const ragged = seededProblem({ rows: 2, columns: 257, seed: 3 })

function both<T>(columns: 150 | 257, body: (gpu: Gpu) => Promise<T>): Promise<[T, T]> {
  return withGpu(async (gpu) => {
    const whole = await body(gpu)
    return [whole, await withGpu(body, LIMITS[columns])]
  })
}

/** Solutions and curves, with and without tiles. */
function solved(recipe: Recipe, options: Partial<SolverOptions> & { group?: number; shape?: string }, of = problem) {
  const { group = 64, shape, ...rest } = options
  const settings = { ...plainOptions.settings, group }
  return both(of === problem ? 150 : 257, async (gpu) => {
    const usual = gpu.shapes.get('descent')
    if (shape) gpu.shapes.set('descent', shape)
    const [{ solution, points }] = await solveAll(gpu, of, { ...plainOptions, ...rest, settings }, [recipe])
    if (usual) gpu.shapes.set('descent', usual)
    else gpu.shapes.delete('descent')
    return { solution, points }
  })
}

const recipe = (name: string) => recipes.find((one) => one.name === name)!

test.each(['rtn', 'gptq', 'cyclic', 'quantease', 'gptq+cdquant+refit', 'awq+cdquant'])('%s', async (name) => {
  const [whole, tiled] = await solved(recipe(name), {})
  expect(tiled).toEqual(whole)
})

test.each(['quip+cdquant', 'framequant+cdquant'])('%s: H is turned round on its way to another basis', async (name) => {
  const [whole, tiled] = await solved(recipe(name), {})
  expect(tiled.solution.codes).toEqual(whole.solution.codes)
  // The same codes on another rounding of the same H: a part in 10⁵ is some units of float32 in a sum of 150 columns.
  const points = whole.points.map(({ objective }) => objective)
  tiled.points.forEach(({ objective }, at) => expect(Math.abs(objective / points[at] - 1)).toBeLessThan(1e-5))
  // On the layer's own H, which is the same.
  expect(Math.abs(tiled.solution.objective / whole.solution.objective - 1)).toBeLessThan(1e-6)
})

const nearest: StageChoice = { name: 'nearest' }
const greedy: StageChoice = { name: 'greedy' }

describe('options', () => {
  test.each<[string, Recipe, Parameters<typeof solved>[1]]>([
    ['groups cut their own part of H', chain('owc', nearest), { grid: { name: 'owc' } }],
    ['a row is one block of H', chain('owc', nearest), { grid: { name: 'owc' }, group: 0 }],
    ['sweeps in another order', chain('cyclic', nearest, { name: 'cyclic', options: { order: 'activation' } }), {}],
    ['columns by their pivots', chain('gptq', { name: 'gptq', options: { order: 'min-pivot' } }), {}],
    ['another order of columns', chain('gptq', { name: 'gptq', options: { order: 'group' } }, greedy), {}],
    ['another H for solvers', chain('clip', nearest, greedy), { eigenClip: { fraction: 0.05, threshold: 0 } }],
    ['a damped H', chain('ridge', nearest, { name: 'greedy', options: { ridge: 0.1, tolerance: 1e-4 } }), {}],
  ])('%s', async (_, recipe, options) => {
    const [whole, tiled] = await solved(recipe, options)
    expect(tiled).toEqual(whole)
  })

  test('several moves at once: only those of the same tile', async () => {
    const recipe = chain('four', nearest, { name: 'greedy', options: { batch: '4' } })
    const [whole, tiled] = await solved(recipe, {})
    // Other moves are made together, so that the descents end in other minima, of which neither is the better one.
    expect(Math.abs(tiled.solution.objective / whole.solution.objective - 1)).toBeLessThan(0.05)
    expect(whole.solution.notes).toEqual([])
    expect(tiled.solution.notes).toEqual([
      'H lies in 3 buffers: moves tried in one step are those of columns in the same one',
    ])
  })
})

test.each(['cdquant', 'cyclic'])('257 columns in one group: %s', async (name) => {
  const [whole, tiled] = await solved(recipe(name), { group: 0 }, ragged)
  expect(tiled).toEqual(whole)
})

describe('block descent', () => {
  const block: StageChoice = { name: 'block', options: { rounds: 1.5, patience: 0.5 } }

  test.each<[string, string, Recipe, Parameters<typeof solved>[1]]>([
    ['thread', 'after greedy descent', chain('block', nearest, greedy, block), {}],
    ['thread', 'from the nearest codes', chain('block', nearest, block), { group: 0 }],
    ['workgroup', 'from the nearest codes', chain('block', nearest, block), {}],
    [
      ...(['thread', 'another H for solvers', chain('block', nearest, block)] as const),
      { eigenClip: { fraction: 0.05, threshold: 0 } },
    ],
  ])('one %s per row, %s', async (shape, _, recipe, options) => {
    const [whole, tiled] = await solved(recipe, { ...options, shape })
    expect(tiled.solution).toEqual(whole.solution)
    // Buffers of this size hold shorter pieces, so that curves show other points on their way.
    expect(tiled.points.at(-1)).toEqual(whole.points.at(-1))
  })

  test('257 columns in one group, pairs drawn afresh', async () => {
    const independent = { ...block, options: { draw: 'independent' } }
    const [whole, tiled] = await solved(chain('block', nearest, independent), { group: 0 }, ragged)
    expect(tiled.solution).toEqual(whole.solution)
  })
})

test('health, factors that are kept and views', async () => {
  const [whole, tiled] = await both(150, async (gpu) => {
    const known: KnownFactors = new Map()
    const values = Float32Array.from(problem.hessian)
    using hessian = uploadHessian(gpu, values, 150)
    using again = createHessian(gpu, RowTiles.upload(gpu, 'hessian', 150, 150, values), 150, known)
    await again.factor('activation', 0.01)
    await again.remember()
    const damped = await (await hessian.damped(0.2)).matrix.read(gpu)
    const clipped = await (await hessian.clipped({ fraction: 0, threshold: 4 })).matrix.read(gpu)
    return { known, damped, clipped, health: await hessian.health(0.01), values: await hessian.matrix.read(gpu) }
  })
  expect(tiled).toEqual(whole)
  expect(whole.known.size).toBe(1)
})
