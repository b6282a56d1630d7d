// A layer solved in float64 by the references of its stages: the oracle of solve.ts, chain for chain.
import { quadraticForm } from '../math/linear.ts'
import { grids } from './grids/index.ts'
import { named, optionValues } from './options.ts'
import type { ReferenceLevels, ReferenceProblem } from './problem.ts'
import type { Recipe } from './recipes.ts'
import type { SolverOptions } from './solve.ts'
import { steps } from './steps/index.ts'
import { transforms } from './transforms/index.ts'

export interface ReferenceSolution {
  codes: Uint8Array
  levels: ReferenceLevels
  objective: number
  relative: number
  moves: number
  damping: number[] | null
}

/** Ŵ − W of codes on levels, [rows, columns]. */
export function referenceResidual(
  { rows, columns, weights }: ReferenceProblem,
  {
    scales,
    zeros,
    width,
    groups,
  }: Pick<ReferenceLevels, 'width' | 'groups'> & Record<'scales' | 'zeros', ArrayLike<number>>,
  codes: ArrayLike<number>,
): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const level = Math.floor(at / columns) * groups + Math.floor((at % columns) / width)
    return scales[level] * (codes[at] - zeros[level]) - weights[at]
  })
}

/** What `LayerSolver.solve` computes, by references alone. */
export function solveReference(original: ReferenceProblem, recipe: Recipe, options: SolverOptions): ReferenceSolution {
  const transform = named('transform', transforms, recipe.transform.name)
  const { problem } = transform.reference(original, optionValues(transform.options, recipe.transform.options))
  const choice = recipe.grid ?? options.grid
  const grid = named('grid', grids, choice.name)
  const levels = grid.reference(problem, options.settings, optionValues(grid.options, choice.options))
  const { order, damp } = options
  let codes: Uint8Array | undefined
  let moves = 0
  let damping: number[] | null = null
  for (const { name, options: given } of recipe.steps) {
    const step = named('step', steps, name)
    const plans = Object.fromEntries(Object.entries({ order, damp }).filter(([option]) => option in step.options))
    const result = step.reference(problem, levels, codes, optionValues(step.options, { ...plans, ...given }))
    codes = result.codes
    moves += result.moves
    damping = result.damping ?? damping
  }
  if (!codes) throw new RangeError(`recipe '${recipe.name}' has no step`)
  const { rows, columns, hessian, weights } = problem
  const objective = quadraticForm(referenceResidual(problem, levels, codes), hessian, rows, columns)
  const relative = objective === 0 ? 0 : objective / quadraticForm(weights, hessian, rows, columns)
  return { codes, levels, objective, relative, moves, damping }
}
