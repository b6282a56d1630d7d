// Fewer points for a line than it has data: the eye and the main thread have nothing from more.

/** Points a drawn line has at most. */
export const MOST_POINTS = 500

interface Place {
  x: number | null
  y: number | null
}

/**
 * The points themselves when they are few; else the first, the last, and of every stretch between the lowest and the
 * highest, in their order, so that no peak is lost. A stretch with a gap (null) keeps one gap.
 */
export function thinned<P extends Place>(points: readonly P[], most = MOST_POINTS): readonly P[] {
  if (points.length <= most) return points
  const inner = points.length - 2
  // Up to three of a stretch are kept: lowest, highest, a gap.
  const stretches = Math.max(1, Math.floor((most - 2) / 3))
  const kept: P[] = [points[0]]
  for (let s = 0; s < stretches; s++) {
    const from = 1 + Math.floor((s * inner) / stretches)
    const to = 1 + Math.floor(((s + 1) * inner) / stretches)
    let [lowest, highest, gap] = [-1, -1, -1]
    for (let i = from; i < to; i++) {
      const { y } = points[i]
      if (y === null) gap = i
      else {
        if (lowest < 0 || y < (points[lowest].y as number)) lowest = i
        if (highest < 0 || y > (points[highest].y as number)) highest = i
      }
    }
    for (const i of [...new Set([lowest, highest, gap])].filter((i) => i >= 0).sort((a, b) => a - b))
      kept.push(points[i])
  }
  kept.push(points[points.length - 1])
  return kept
}
