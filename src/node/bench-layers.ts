// Time of whole recipes on seeded layers, against GPTQ on the same layer: weights, grid, steps and objective.
import type { Gpu } from '../gpu/gpu.ts'
import { gram } from '../kernels/gram.ts'
import { mirror } from '../kernels/mirror.ts'
import { random } from '../math/random.ts'
import { createHessian, type Hessian } from '../quantize/hessian.ts'
import type { GridSettings, Problem } from '../quantize/problem.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { LayerSolver, type Solution } from '../quantize/solve.ts'

export interface LayerTime {
  rows: number
  columns: number
  /** `ms` is missing where the budget was used up before. */
  recipes: { recipe: string; ms?: number; ratio?: number; moves?: number }[]
}

export const LAYERS = [
  [128, 128],
  [384, 128],
  [128, 384],
  [1024, 1024],
] as const

/** GPTQ first: the others are compared with it. */
export const RECIPES = ['gptq', 'rtn', 'cyclic', 'cdquant', 'gptq+cdquant']

/** Times of the recipes at 3 bits on growing layers; a recipe is given up after `budget` seconds on a layer. */
export async function* benchLayers(
  gpu: Gpu,
  budget: number,
  layers: readonly (readonly [number, number])[] = LAYERS,
): AsyncGenerator<LayerTime> {
  for (const [rows, columns] of layers) {
    using hessian = await seededHessian(gpu, columns)
    const source = random(1)
    using weights = gpu.upload(
      'weights',
      Float32Array.from({ length: rows * columns }, () => source.normal()),
    )
    const recipes: LayerTime['recipes'] = []
    let gptq: number | undefined
    for (const recipe of RECIPES) {
      const times: number[] = []
      let moves: number | undefined
      // The first run compiles kernels and fills what the Hessian keeps, so it counts only where it is the only one.
      const deadline = performance.now() + 1000 * budget
      for (let run = 0; run < 4 && (run === 0 || performance.now() < deadline); run++) {
        const start = performance.now()
        const solution = await solve(gpu, { rows, columns, weights, hessian }, recipe, deadline)
        if (!solution) break
        if (run === 1) times.length = 0
        times.push(performance.now() - start)
        moves = solution.moves
      }
      const ms = times.sort((a, b) => a - b)[times.length >> 1]
      if (recipe === RECIPES[0]) gptq = ms
      const ratio = gptq === undefined || ms === undefined ? {} : { ratio: ms / gptq }
      recipes.push(ms === undefined ? { recipe } : { recipe, ms, ...ratio, ...(moves !== undefined && { moves }) })
    }
    yield { rows, columns, recipes }
  }
}

/** Solves by a solver of its own, so that every run pays for what recipes share; undefined when the deadline passed. */
async function solve(gpu: Gpu, problem: Problem, recipe: string, deadline: number): Promise<Solution | undefined> {
  const settings: GridSettings = { bits: 3, group: 0, symmetric: false, scaleType: 'f16' }
  const options = { grid: { name: 'minmax' }, settings, order: 'natural', damp: 0.01 } as const
  using solver = new LayerSolver(gpu, problem, options)
  const events = solver.solve(recipeNamed(recipe))
  for (;;) {
    const { value, done } = await events.next()
    if (done) return value
    if (performance.now() > deadline) {
      await events.return(undefined as never)
      return undefined
    }
  }
}

/** H of 4 · columns tokens whose columns are correlated and of different scale. */
async function seededHessian(gpu: Gpu, columns: number): Promise<Hessian> {
  const tokens = 4 * columns
  const source = random(2)
  const scales = Float64Array.from({ length: columns }, () => Math.exp(0.5 * source.normal()))
  const x = new Float32Array(tokens * columns)
  for (let t = 0, at = 0; t < tokens; t++) {
    let carried = 0
    for (let j = 0; j < columns; j++, at++) x[at] = scales[j] * (carried = 0.7 * carried + source.normal())
  }
  using inputs = gpu.upload('inputs', x)
  const matrix = gpu.buffer('hessian', 4 * columns * columns)
  const batch = gpu.batch('hessian')
  gram(batch, { x: inputs, matrix }, { tokens, columns, before: 0 })
  mirror(batch, { matrix }, { columns })
  await batch.submit()
  return createHessian(gpu, matrix, columns)
}
