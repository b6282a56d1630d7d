// Bits for layers under a budget: lowest Σ over layers of the relative loss, for a total cost in bits.
// Every layer i has measured choices (cost, loss). Of them only the lower convex hull is used; its segments, taken from
// all layers in the order of falling slope (loss saved per bit), are a path of mixes from all cheapest to all best.
//
// Theorem (Everett 1963): for λ ≥ 0 a mix that minimises Σ (lossᵢ + λ costᵢ) has the lowest Σ lossᵢ of all mixes that
// cost no more than it does, since any of those with a lower loss would also have a lower sum. The sum separates, so a
// layer's best choice at λ is the end of its last hull segment that is steeper than λ: what the first k segments of the
// path have reached is such a minimiser, for λ = the slope of segment k. So every mix of the path is the best there is at
// its cost, and not only among those of the hulls. Between two mixes of the path a budget is not spent to its last bit.

export interface Choice {
  bits: number
  /** Bits of the whole layer with scales, zeros and what a transform stores. */
  cost: number
  /** Relative loss tr(E H Eᵀ) ÷ tr(W H Wᵀ). */
  loss: number
}

/** What was measured of one layer. */
export interface LayerChoices {
  layer: string
  weights: number
  /** At least one. */
  choices: readonly Choice[]
}

export interface Mix {
  /** One per layer, in the order of the layers. */
  choices: readonly Choice[]
  /** Sums over the layers. */
  cost: number
  loss: number
  /** The layer whose bits grew last; absent at the beginning of a path. */
  grown?: number
}

/** Bits that layers keep whatever the budget, by tensor path. */
export type Pins = Readonly<Record<string, number>>

/** The lower convex hull of a layer's choices, by growing cost and falling loss. */
export function hull(choices: readonly Choice[]): readonly Choice[] {
  const kept: Choice[] = []
  for (const choice of choices.toSorted((a, b) => a.cost - b.cost || a.loss - b.loss)) {
    if (kept.length && choice.loss >= kept[kept.length - 1].loss) continue
    while (
      kept.length > 1 &&
      slope(kept[kept.length - 1], choice) > slope(kept[kept.length - 2], kept[kept.length - 1])
    )
      kept.pop()
    kept.push(choice)
  }
  return kept
}

/** Loss saved per bit. */
function slope(from: Choice, to: Choice): number {
  return (from.loss - to.loss) / (to.cost - from.cost)
}

/**
 * Mixes by growing cost, each the best at its cost: one layer more at its next bits in every mix. Layers with a pin
 * stay at it. @throws RangeError for a pin that was not measured.
 */
export function budgetPath(layers: readonly LayerChoices[], pins: Pins = {}): readonly Mix[] {
  const hulls = layers.map((layer) => {
    const pinned = Object.hasOwn(pins, layer.layer) ? pins[layer.layer] : undefined
    return pinned === undefined ? hull(layer.choices) : [choiceOf(layer, pinned)]
  })
  const segments = hulls
    .flatMap((points, at) => points.slice(1).map((to, i) => ({ at, to, slope: slope(points[i], to) })))
    // Equal slopes of one layer stay in their order: sorting is stable.
    .sort((a, b) => b.slope - a.slope)
  const path = [mixOf(hulls.map(([first]) => first))]
  for (const { at, to } of segments) path.push({ ...mixOf(path[path.length - 1].choices.with(at, to)), grown: at })
  return path
}

function choiceOf({ layer, choices }: LayerChoices, bits: number): Choice {
  const found = choices.find((choice) => choice.bits === bits)
  if (!found) throw new RangeError(`${layer} was not measured at ${bits} bits`)
  return found
}

function mixOf(choices: readonly Choice[]): Mix {
  const sum = (of: (choice: Choice) => number) => choices.reduce((total, choice) => total + of(choice), 0)
  return { choices, cost: sum(({ cost }) => cost), loss: sum(({ loss }) => loss) }
}

/** Rounding of a budget that is meant to be the cost of a mix. */
const SLACK = 1e-9

/** Index of the last mix of a path that costs no more; 0 where all cost more. */
export function mixWithin(path: readonly Mix[], cost: number): number {
  return Math.max(
    0,
    path.findLastIndex((mix) => mix.cost <= cost * (1 + SLACK)),
  )
}

/** All layers at the same bits; undefined where one was not measured at them. */
export function uniformMix(layers: readonly LayerChoices[], bits: number): Mix | undefined {
  const choices = layers.flatMap((layer) => layer.choices.filter((choice) => choice.bits === bits))
  return choices.length === layers.length ? mixOf(choices) : undefined
}

/** Bits at which every layer was measured, growing. */
export function commonBits(layers: readonly LayerChoices[]): readonly number[] {
  const [first, ...others] = layers.map(({ choices }) => choices.map(({ bits }) => bits))
  return (first ?? []).filter((bits) => others.every((own) => own.includes(bits))).sort((a, b) => a - b)
}
