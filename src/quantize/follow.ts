// A descent that follows other moves on the same curve.
import type { DescentPoint } from './stage.ts'

/** Points of a descent after `before` moves of others, without its start; stopping it stops the descent. */
export async function* follow<T>(
  before: number,
  descent: AsyncGenerator<DescentPoint[], T>,
): AsyncGenerator<DescentPoint[], T> {
  let finished = false
  try {
    for (;;) {
      const next = await descent.next()
      if (next.done) {
        finished = true
        return next.value
      }
      const points = next.value.filter((point) => point.moves > 0)
      if (points.length) yield points.map((point) => ({ ...point, moves: before + point.moves }))
    }
  } finally {
    if (!finished) await descent.return(undefined as never)
  }
}
