// The curve of a descent, thinned while it grows: however long a descent runs, its points stay few.
import type { DescentPoint } from './stage.ts'

/** Points of one piece. */
const MOST_POINTS = 48
/** A point needs this share more moves than the one before: n moves make some 32 · ln(n / 32) + 32 points. */
const GROWTH = 1 / 32

export class Curve {
  private moves = -Infinity
  private waiting: DescentPoint | undefined

  /** The points to be shown of those of one more piece. */
  add(points: readonly DescentPoint[]): DescentPoint[] {
    const every = Math.ceil(points.length / MOST_POINTS)
    const shown = points.filter((point, i) => {
      const fits = point.moves >= this.moves * (1 + GROWTH) && (points.length - 1 - i) % every === 0
      if (fits) this.moves = point.moves
      return fits
    })
    const last = points.at(-1)
    this.waiting = last === shown.at(-1) ? undefined : last
    return shown
  }

  /** The last point of all, where it was not shown. */
  end(): DescentPoint[] {
    return this.waiting ? [this.waiting] : []
  }
}
