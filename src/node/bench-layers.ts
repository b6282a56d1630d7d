// Times of whole recipes on seeded layers, and of the steps of GPTQ and greedy descent alone, against GPTQ on the same
// layer.
//   recipe: everything a solver does for one recipe: energy, grid, steps, objective, packed codes. Solvers of several
//           recipes share some of it; here every run pays for all of it, but for the factor of H, which layers with the
//           same input share.
//   step:   from what the step needs to its codes: GPTQ from the factor of H, greedy descent from GPTQ's codes, its
//           gradient included.
import type { Gpu } from '../gpu/gpu.ts'
import { uploadRows } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { random } from '../math/random.ts'
import { minmax } from '../quantize/grids/minmax.ts'
import { defaultPlan, solverOptions } from '../pipeline/plan.ts'
import { Measure } from '../quantize/measure.ts'
import { optionValues } from '../quantize/options.ts'
import type { GridSettings, Problem } from '../quantize/problem.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { LayerSolver } from '../quantize/solve.ts'
import type { Work } from '../quantize/stage.ts'
import { gptq } from '../quantize/steps/gptq.ts'
import { greedy } from '../quantize/steps/greedy.ts'
import { seededHessian } from '../pipeline/seeded-hessian.ts'

export interface Timed {
  name: string
  ms: number
  /** Runs of which `ms` is the least. */
  runs: number
  /** ÷ GPTQ's recipe or step on the same layer. */
  ratio: number
  moves: number
}

export interface LayerTime {
  rows: number
  columns: number
  /** Damping and factorising H, once for all layers with this input. */
  factorMs: number
  recipes: Timed[]
  steps: Timed[]
}

export const LAYERS = [
  [128, 128],
  [384, 128],
  [128, 384],
  [1024, 1024],
] as const

/** GPTQ first: the others are compared with it. */
export const RECIPES = ['gptq', 'rtn', 'cyclic', 'cdquant', 'gptq+cdquant', 'gptq+block', 'gptq+cdquant+refit']

const SETTINGS: GridSettings = { bits: 3, group: 0, symmetric: false, scaleType: 'f16' }
const DAMP = 0.01
/** Turns that count. */
const RUNS = 5

/** Times at 3 bits on growing layers. Each is measured at least once, and again while `budget` seconds for it last. */
export async function* benchLayers(
  gpu: Gpu,
  budget: number,
  layers: readonly (readonly [number, number])[] = LAYERS,
): AsyncGenerator<LayerTime> {
  for (const [rows, columns] of layers) {
    using hessian = await seededHessian(gpu, columns, 4 * columns)
    const source = random(1)
    using weights = await uploadRows(gpu, 'weights', columns, { first: 0, count: rows }, (_, count) =>
      Float32Array.from({ length: count * columns }, () => source.normal()),
    )
    const problem = { rows, columns, weights, hessian }
    await hessian.factor('natural', DAMP)
    const start = performance.now()
    await hessian.factor('activation', DAMP)
    const factorMs = performance.now() - start
    const recipes = RECIPES.map((name) => ({ name, run: () => solve(gpu, problem, name) }))
    yield {
      rows,
      columns,
      factorMs,
      recipes: await timed(recipes, budget),
      steps: await benchSteps(gpu, problem, budget),
    }
  }
}

/** GPTQ in activation order, as the recipe `gptq+cdquant` takes it, and greedy descent from its codes. */
async function benchSteps(gpu: Gpu, problem: Problem, budget: number): Promise<Timed[]> {
  using scope = new Scope(gpu)
  const levels = scope.own(await minmax.run(gpu, problem, SETTINGS, {}))
  const bytes = 4 * problem.rows * problem.columns
  const [codes, start] = ['codes', 'start'].map((label) => scope.buffer(label, bytes))
  const measure = scope.own(new Measure(gpu, problem))
  const work: Work = { gpu, problem, levels, codes, measure, truth: measure }
  const moved = async (events: ReturnType<typeof greedy.run>) => {
    const { moves } = await finish(events)
    await gpu.idle()
    return moves
  }
  const runGptq = () => moved(gptq.run(work, { order: 'activation', damp: DAMP }))
  const runGreedy = () => {
    gpu.batch('start').copy(start, 0, codes, 0, bytes).flush()
    measure.changed()
    return moved(greedy.run(work, optionValues(greedy.options)))
  }
  // The part of the descent that any look at the objective pays as well.
  const runGradient = async () => {
    measure.changed()
    await measure.objective(codes, levels)
    return 0
  }
  await runGptq()
  await gpu.batch('keep').copy(codes, 0, start, 0, bytes).submit()
  return await timed(
    [
      { name: 'gptq', run: runGptq },
      { name: 'greedy from gptq', run: runGreedy },
      { name: 'gradient alone', run: runGradient },
    ],
    budget,
  )
}

/**
 * Least times, and their ratios to the first entry's. The entries take turns, so that what else the machine does meets
 * all of them; each has up to RUNS turns while `budget` seconds for it last. Its first, which compiles kernels, counts
 * only where it is the only one.
 */
async function timed(entries: { name: string; run(): Promise<number> }[], budget: number): Promise<Timed[]> {
  const all = entries.map((entry) => ({ ...entry, times: [] as number[], usedMs: 0, moves: 0 }))
  for (let turn = 0; turn <= RUNS; turn++)
    for (const one of all) {
      if (turn > 0 && one.usedMs + one.times[one.times.length - 1] > 1000 * budget) continue
      const start = performance.now()
      one.moves = await one.run()
      const ms = performance.now() - start
      one.times.push(ms)
      one.usedMs += ms
    }
  const found = all.map(({ name, times, moves }) => {
    const counted = times.slice(times.length > 1 ? 1 : 0)
    return { name, ms: Math.min(...counted), runs: counted.length, moves }
  })
  return found.map((one) => ({ ...one, ratio: one.ms / found[0].ms }))
}

/** Solves by a solver of its own, so that every run pays for what recipes share; gives the moves. */
async function solve(gpu: Gpu, problem: Problem, recipe: string): Promise<number> {
  const { bits, group, symmetric, scaleType } = SETTINGS
  const options = solverOptions({ ...defaultPlan, grid: 'minmax', bits, group, symmetric, scaleType, damp: DAMP })
  using solver = new LayerSolver(gpu, problem, options)
  return (await finish(solver.solve(recipeNamed(recipe)))).moves
}

async function finish<R>(events: AsyncGenerator<unknown, R>): Promise<R> {
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
  }
}
