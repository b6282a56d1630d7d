// Solving seeded and golden problems on the GPU, for tests.
import type { Gpu } from '../gpu/gpu.ts'
import { quadraticForm } from '../math/linear.ts'
import { uploadHessian } from '../quantize/hessian.ts'
import type { ReferenceProblem } from '../quantize/problem.ts'
import type { Recipe, StageChoice } from '../quantize/recipes.ts'
import { referenceResidual } from '../quantize/reference.ts'
import { solutionCodes, type Solution } from '../quantize/solution.ts'
import { LayerSolver, type SolverOptions } from '../quantize/solve.ts'
import type { DescentPoint } from '../quantize/stage.ts'

export const plainOptions: SolverOptions = {
  grid: { name: 'minmax' },
  settings: { bits: 3, group: 0, symmetric: false, scaleType: 'f32' },
  order: 'natural',
  damp: 0.01,
  seed: 1,
  eigenClip: { fraction: 0, threshold: 0 },
}

/** A recipe of these steps. */
export function chain(name: string, ...steps: StageChoice[]): Recipe {
  return { name, title: name, short: name, family: 'composed', transform: { name: 'none' }, steps }
}

/** The points of one step. */
export interface Curve {
  step: string
  points: DescentPoint[]
}

/** Solves with recipe after recipe; gives the solutions, all their points, and those of each step. */
export async function solveAll(
  gpu: Gpu,
  problem: ReferenceProblem,
  options: SolverOptions,
  recipes: readonly Recipe[],
): Promise<{ solution: Solution; points: DescentPoint[]; curves: Curve[]; recipe: Recipe }[]> {
  const { rows, columns } = problem
  using weights = gpu.upload('weights', Float32Array.from(problem.weights))
  using hessian = uploadHessian(gpu, Float32Array.from(problem.hessian), columns)
  using solver = new LayerSolver(gpu, { rows, columns, weights, hessian }, options)
  const all = []
  for (const recipe of recipes) {
    const curves: Curve[] = []
    const run = solver.solve(recipe)
    let next = await run.next()
    for (; !next.done; next = await run.next()) {
      const { step, points } = next.value
      if (curves.at(-1)?.step !== step) curves.push({ step, points: [] })
      curves.at(-1)!.points.push(...points)
    }
    all.push({ solution: next.value, points: curves.flatMap(({ points }) => points), curves, recipe })
  }
  return all
}

/** tr(E H Eᵀ) of a solution in float64, with its float32 scales, or its float32 weights where they were restored. */
export function objectiveOf(problem: ReferenceProblem, solution: Solution): number {
  const { restored, levels } = solution
  const residual = restored
    ? problem.weights.map((w, at) => restored[at] - w)
    : referenceResidual(problem, levels, solutionCodes(solution))
  return quadraticForm(residual, problem.hessian, problem.rows, problem.columns)
}
