// Frames, ticks and label places of the charts. Plain numbers, no drawing.

/** Rounded so that 0.1 + 0.2 prints as 0.3. */
const tidy = (value: number) => Number(value.toPrecision(10))

/** The smallest of 1, 2, 5 × 10ᵏ that is at least `value`. */
export function niceCeiling(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value))
  return tidy(decade * ([1, 2, 5, 10].find((step) => tidy(step * decade) >= tidy(value)) ?? 10))
}

/** A linear frame around [low, high] whose ends are ticks; at most `most` steps. */
export function linearFrame(low: number, high: number, most: number): { low: number; high: number; ticks: number[] } {
  const step = niceCeiling(Math.max((high - low) / most, 1e-6))
  const from = Math.floor(tidy(low / step))
  const to = Math.max(from + 1, Math.ceil(tidy(high / step)))
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => tidy((from + i) * step))
  return { low: ticks[0], high: ticks[ticks.length - 1], ticks }
}

/** A log frame around [low, high] with ticks at 1-2-5; decades only where these would be more than `most`. */
export function logFrame(low: number, high: number, most = 7): { low: number; high: number; ticks: number[] } {
  const between = (steps: readonly number[]) => {
    const ticks: number[] = []
    for (let k = Math.floor(Math.log10(low)) - 1; k <= Math.ceil(Math.log10(high)) + 1; k++)
      for (const step of steps) ticks.push(tidy(step * 10 ** k))
    const from = ticks.findLastIndex((tick) => tick <= low * (1 + 1e-9))
    const to = ticks.findIndex((tick) => tick >= high * (1 - 1e-9))
    return ticks.slice(from, Math.max(to, from + 1) + 1)
  }
  const fine = between([1, 2, 5])
  const ticks = fine.length <= most ? fine : between([1])
  return { low: ticks[0], high: ticks[ticks.length - 1], ticks }
}

/** Decimals that tell ticks apart, at least one. */
export function decimals(ticks: readonly number[]): number {
  return Math.max(1, -Math.floor(Math.log10(tidy(ticks[1] - ticks[0]))))
}

export interface LabelPlace {
  /** Where the label would like to be. */
  y: number
  height: number
}

/** Pushes labels apart in their order until none overlap, and keeps them inside [top, bottom]. Returns centres. */
export function spread(labels: readonly LabelPlace[], top: number, bottom: number): number[] {
  const order = labels.map((_, i) => i).sort((a, b) => labels[a].y - labels[b].y)
  const places = labels.map(({ y }) => y)
  for (let round = 0; round < 60; round++) {
    for (let k = 1; k < order.length; k++) {
      const [above, below] = [order[k - 1], order[k]]
      const overlap = (labels[above].height + labels[below].height) / 2 - (places[below] - places[above])
      if (overlap > 0) {
        places[above] -= overlap / 2
        places[below] += overlap / 2
      }
    }
    const first = order[0]
    const last = order[order.length - 1]
    if (first === undefined) break
    places[first] = Math.max(places[first], top + labels[first].height / 2)
    places[last] = Math.min(places[last], bottom - labels[last].height / 2)
  }
  return places
}
