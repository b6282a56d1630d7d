// The same work with another H for its solver: with eigenvalues lowered, or damped. What is shown and reported stays
// the true loss.
import { descend, type DescentLimits } from './descent.ts'
import type { Hessian } from './hessian.ts'
import { Measure } from './measure.ts'
import { real } from './options.ts'
import type { ReferenceProblem } from './problem.ts'
import type { DescentPoint, StepResult, Work } from './stage.ts'

/** Disposing of it frees the measure that it needs; `work` itself where it has that H already. */
export function onHessian(work: Work, hessian: Hessian): Disposable & { work: Work } {
  if (hessian === work.problem.hessian) return { work, [Symbol.dispose]: () => undefined }
  const problem = { ...work.problem, hessian }
  const measure = new Measure(work.gpu, problem, work.measure)
  return { work: { ...work, problem, measure }, [Symbol.dispose]: () => measure[Symbol.dispose]() }
}

/** Option of descents. */
export const ridge = real(0, 0, 1, 'Damping of the H that moves are chosen with, a fraction of its mean diagonal')

/** A descent that chooses its moves with H + ridge · mean(diag H) · I. */
export async function* descendDamped(
  work: Work,
  ridge: number,
  limits: DescentLimits,
): AsyncGenerator<DescentPoint[], StepResult> {
  using seen = onHessian(work, await work.problem.hessian.damped(ridge))
  return yield* descend(seen.work, limits)
}

/** The problem of such a descent in float64; dead columns stay as they are. */
export function dampedReference(problem: ReferenceProblem, ridge: number): ReferenceProblem {
  const { columns, hessian } = problem
  const mean = Array.from({ length: columns }, (_, j) => hessian[j * (columns + 1)]).reduce((a, b) => a + b) / columns
  const damped = hessian.map((h, at) => (at % (columns + 1) === 0 && h > 0 ? h + ridge * mean : h))
  return ridge === 0 ? problem : { ...problem, hessian: damped }
}
