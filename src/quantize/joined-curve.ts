// The curve of a layer whose parts are solved apart: at every point the sums of what its parts have come to.
import type { Watch } from './solve.ts'
import type { DescentPoint } from './stage.ts'

export class JoinedCurve {
  private readonly first = new Map<number, DescentPoint>()
  private readonly latest = new Map<number, DescentPoint>()
  private begun = false
  private shown = false

  constructor(private readonly parts: number) {}

  /** The layer's points after new points of one part; none before all parts have one. */
  add(part: number, points: readonly DescentPoint[]): DescentPoint[] {
    if (points.length) this.shown = true
    return points.flatMap((point) => this.move(part, point))
  }

  /** The same where a part is done, which may not have had any point. */
  end(part: number, { moves, objective }: DescentPoint): DescentPoint[] {
    return this.latest.has(part) || !this.shown ? [] : this.move(part, { moves, objective })
  }

  private move(part: number, point: DescentPoint): DescentPoint[] {
    if (!this.first.has(part)) this.first.set(part, point)
    this.latest.set(part, point)
    if (this.latest.size < this.parts) return []
    const start = this.begun ? [] : [sum(this.first)]
    this.begun = true
    const now = sum(this.latest)
    return start.length && now.moves === start[0].moves ? start : [...start, now]
  }
}

function sum(points: ReadonlyMap<number, DescentPoint>): DescentPoint {
  const all = [...points.values()]
  return {
    moves: all.reduce((total, { moves }) => total + moves, 0),
    objective: all.reduce((total, { objective }) => total + objective, 0),
  }
}

/** What each part is watched by, so that looks at all of them are looks at the layer. */
export function joinedWatch(watch: Watch, parts: readonly { rows: number }[]): Watch[] {
  const latest = new Map<number, DescentPoint>()
  let rows = 0
  return parts.map((part, place) => {
    const first = (rows += part.rows) - part.rows
    return (look) => {
      latest.set(place, look)
      return watch({ ...look, ...sum(latest), first, all: latest.size === parts.length })
    }
  })
}
