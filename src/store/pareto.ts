// Size against loss: every record a point, the frontier of those that nothing beats, and what one recipe would need to
// match another, read off between its own points.
import { lowerWins, measured, onLogAxis, type Measure } from './matrix.ts'
import { effectiveBitsOf, type RunRecord, type Scope } from './records.ts'

export interface ParetoPoint {
  key: string
  recipe: string
  bits: number
  group: number
  /** True where layers have bits of their own. */
  mixed: boolean
  /** Effective bits per weight: scales, zeros, frames and kept rows included. */
  x: number
  y: number
  /** Nothing of at most its size is better. */
  frontier: boolean
}

/** @param records those in scope. Points by size. */
export function paretoPoints(records: readonly RunRecord[], measure: Measure, scope: Scope): ParetoPoint[] {
  const points = records.flatMap((record): ParetoPoint[] => {
    const y = measured(record, measure, scope, records)
    if (y === undefined || !Number.isFinite(y) || (onLogAxis(measure) && y <= 0)) return []
    const { key, recipe, bits, group } = record
    const mixed = record.layerBits !== undefined
    const x = effectiveBitsOf(record.layers)
    // Old recordings do not tell the size.
    return Number.isFinite(x) ? [{ key, recipe, bits, group, mixed, x, y, frontier: false }] : []
  })
  const best = new Set(frontier(points, lowerWins(measure)))
  return points.map((point) => ({ ...point, frontier: best.has(point) })).sort((a, b) => a.x - b.x || a.y - b.y)
}

/** The points that no other beats in size and value at once, by size. Of equal ones the first. */
export function frontier<P extends { x: number; y: number }>(points: readonly P[], lower = true): P[] {
  const sign = lower ? 1 : -1
  const line: P[] = []
  for (const point of points.toSorted((a, b) => a.x - b.x || sign * (a.y - b.y))) {
    const last = line.at(-1)
    if (!last || sign * point.y < sign * last.y) line.push(point)
  }
  return line
}

/**
 * The size at which a falling line of points has the value y: linear in size and in the logarithm of the value between
 * neighbours of its frontier. Undefined outside of them.
 */
export function sizeAt(points: readonly { x: number; y: number }[], y: number): number | undefined {
  const line = frontier(points)
  for (const [i, right] of line.entries()) {
    if (right.y === y) return right.x
    const left = line[i - 1]
    if (!left || !(left.y > y && y > right.y) || !(right.y > 0)) continue
    const share = Math.log(left.y / y) / Math.log(left.y / right.y)
    return left.x + share * (right.x - left.x)
  }
  return undefined
}
