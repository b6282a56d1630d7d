// What some models add to causal attention, for all its kernels (shaders/shared/attention-options.wgsl): another scale,
// a soft cap on the scores, a slope per head instead of positions, a window that slides with the query.

export interface AttentionOptions {
  /** Factor of q · k; 1 / √width without it. */
  scale?: number | undefined
  /** Scores become cap · tanh(score / cap) (Gemma 2). */
  cap?: number | undefined
  /** A query sees so many keys, its own among them. */
  sliding?: number | undefined
  /** slope(head) · position of the key is added to the score (ALiBi, Press et al. 2022). */
  sloped?: boolean | undefined
}

/** Override constants; none where attention is plain. */
export function optionConstants({ cap, sliding, sloped }: AttentionOptions): Record<string, number> {
  return {
    ...(cap !== undefined && { CAPPED: 1 }),
    ...(sloped && { SLOPED: 1 }),
    ...(sliding !== undefined && { SLIDING: 1 }),
  }
}

/** What the kernels' params say of them. */
export function optionParams({ cap = 0, sliding = 0 }: AttentionOptions): { cap: number; sliding: number } {
  return { cap, sliding }
}

/** The slopes of all heads in float64, as ALiBi's authors give them: a geometric series, filled up from one twice as long. */
export function slopes(heads: number): number[] {
  const series = (count: number) => Array.from({ length: count }, (_, i) => 2 ** ((-8 * (i + 1)) / count))
  if (Number.isInteger(Math.log2(heads))) return series(heads)
  const power = 2 ** Math.floor(Math.log2(heads))
  const others = series(2 * power).filter((_, i) => i % 2 === 0)
  return [...series(power), ...others.slice(0, heads - power)]
}

/** In float64: the score of q · k = `dot` for a key `distance` tokens before the query; nothing when it is not seen. */
export function scoreOf(
  dot: number,
  { width, head, heads, distance }: { width: number; head: number; heads: number; distance: number },
  { scale = 1 / Math.sqrt(width), cap, sliding = Infinity, sloped }: AttentionOptions,
): number {
  if (distance >= sliding) return -Infinity
  let score = scale * dot
  if (cap !== undefined) score = cap * Math.tanh(score / cap)
  return sloped ? score - slopes(heads)[head] * distance : score
}
