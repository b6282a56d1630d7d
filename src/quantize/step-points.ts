// The points of a chain of steps as one curve.
import type { Levels } from './problem.ts'
import type { SolveProgress } from './solve.ts'
import type { DescentPoint, Step, StepResult, WithLevels } from './stage.ts'

/** Points of a step behind the moves of those before it, whose curve already has the point where the step begins. */
export async function* progress(
  step: Step,
  run: AsyncGenerator<DescentPoint[], StepResult & WithLevels<Levels>>,
  curve: { begun: boolean; moves: number },
): AsyncGenerator<SolveProgress, StepResult & WithLevels<Levels>> {
  let start = curve.begun
  try {
    for (;;) {
      const next = await run.next()
      if (next.done) return next.value
      const points = next.value.slice(Number(start && next.value.length > 0))
      if (next.value.length) {
        start = false
        curve.begun = true
      }
      yield { step: step.name, points: points.map((point) => ({ ...point, moves: curve.moves + point.moves })) }
    }
  } finally {
    // Stopped half-way: the step frees its own buffers.
    await run.return({ moves: 0 })
  }
}
