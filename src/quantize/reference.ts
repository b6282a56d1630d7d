// A layer solved in float64 by the references of its stages: the oracle of solve.ts, chain for chain.
import { quadraticForm } from '../math/linear.ts'
import { clippedReference } from './eigen-clip.ts'
import { grids } from './grids/index.ts'
import { named, optionValues, type OptionTable } from './options.ts'
import type { ReferenceLevels, ReferenceProblem } from './problem.ts'
import type { Recipe, StageChoice } from './recipes.ts'
import { defaultsFor, type SolverOptions } from './solve.ts'
import { steps } from './steps/index.ts'
import { transforms } from './transforms/index.ts'

export interface ReferenceSolution {
  codes: Uint8Array
  levels: ReferenceLevels
  /** ŵ [rows, columns] in the layer's basis. */
  restored: Float64Array
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
  const valuesOf = <O extends OptionTable>(stage: { options: O }, choice: StageChoice) =>
    optionValues(stage.options, { ...defaultsFor(stage, options), ...choice.options })
  const values = valuesOf(transform, recipe.transform)
  const { problem: own, restore } = transform.reference(original, options.settings, values)
  const problem = { ...own, hessian: clippedReference(own.hessian, own.columns, options.eigenClip) }
  const choice = recipe.grid ?? options.grid
  const grid = named('grid', grids, choice.name)
  let levels = grid.reference(problem, options.settings, valuesOf(grid, choice))
  let codes: Uint8Array | undefined
  let moves = 0
  let damping: number[] | null = null
  for (const chosen of recipe.steps) {
    const step = named('step', steps, chosen.name)
    const result = step.reference(problem, levels, codes, valuesOf(step, chosen))
    codes = result.codes
    levels = result.levels ?? levels
    moves += result.moves
    damping = result.damping ?? damping
  }
  if (!codes) throw new RangeError(`recipe '${recipe.name}' has no step`)
  const { rows, columns, hessian, weights } = original
  const solved = { ...problem, weights: new Float64Array(problem.rows * problem.columns) }
  const restored = restore(referenceResidual(solved, levels, codes))
  const residual = restored.map((value, at) => value - weights[at])
  const objective = quadraticForm(residual, hessian, rows, columns)
  const relative = objective === 0 ? 0 : objective / quadraticForm(weights, hessian, rows, columns)
  return { codes, levels, restored, objective, relative, moves, damping }
}
