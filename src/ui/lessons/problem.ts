// The lessons' real problem: eight rows of one layer of the bundled model and its Hessians, loaded once (`npm run
// record` makes the file), and what the references of the product make of it.
import { openSafetensors } from '../../formats/safetensors.ts'
import { quadraticForm } from '../../math/linear.ts'
import { grids } from '../../quantize/grids/index.ts'
import type { GridSettings, ReferenceLevels, ReferenceProblem } from '../../quantize/problem.ts'
import { referenceResidual } from '../../quantize/reference.ts'

export interface LessonProblem extends ReferenceProblem {
  /** The Hessian from so few tokens that it has no inverse. */
  few: Float64Array
  layer: string
  tokens: number
  fewTokens: number
}

/** @throws Error when the bytes are not what `npm run record` writes. */
export async function readProblem(blob: Blob): Promise<LessonProblem> {
  const file = await openSafetensors(blob, 'lesson-problem.safetensors')
  const [rows, columns] = file.tensors.get('weights')?.shape ?? []
  const floats = async (name: string) => Float64Array.from(await file.floats(name))
  return {
    rows,
    columns,
    weights: await floats('weights'),
    hessian: await floats('hessian'),
    few: await floats('hessian_few'),
    layer: file.metadata.get('layer') ?? '',
    tokens: Number(file.metadata.get('tokens')),
    fewTokens: Number(file.metadata.get('few')),
  }
}

/** One row of it. */
export function rowOf(problem: ReferenceProblem, row: number): ReferenceProblem {
  const { columns, weights, hessian } = problem
  return { rows: 1, columns, weights: weights.slice(row * columns, (row + 1) * columns), hessian }
}

/** The levels of the plan's default grid. */
export function levelsOf(
  problem: ReferenceProblem,
  { bits, group = 0, symmetric = false }: Pick<GridSettings, 'bits'> & Partial<GridSettings>,
): ReferenceLevels {
  const minmax = grids.find(({ name }) => name === 'minmax')!
  return minmax.reference(problem, { bits, group, symmetric, scaleType: 'f16' }, {})
}

/** tr(E H Eᵀ) of codes. */
export function lossOf(problem: ReferenceProblem, levels: ReferenceLevels, codes: ArrayLike<number>): number {
  return quadraticForm(referenceResidual(problem, levels, codes), problem.hessian, problem.rows, problem.columns)
}

/** tr(W H Wᵀ), which losses are divided by. */
export function energyOf({ weights, hessian, rows, columns }: ReferenceProblem): number {
  return quadraticForm(weights, hessian, rows, columns)
}
