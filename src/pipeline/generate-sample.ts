// From logits to the next token, in float64: the likeliest one, or one drawn at a temperature.
import { random } from '../math/random.ts'

/** Tokens that a draw looks at first. */
const LIKELIEST = 256

/** Softmax of logits [vocabulary]. */
export function probabilities(logits: ArrayLike<number>, temperature = 1): Float64Array {
  const largest = logits[likeliest(logits)]
  const shares = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature))
  const sum = shares.reduce((total, share) => total + share, 0)
  return shares.map((share) => share / sum)
}

/** Id of the largest logit; of equal ones the lowest. */
export function likeliest(logits: ArrayLike<number>): number {
  let best = 0
  for (let id = 0; id < logits.length; id++) {
    if (Number.isNaN(logits[id])) throw new Error(`the logit of token ${id} is no number`)
    if (logits[id] > logits[best]) best = id
  }
  return best
}

/** Ids of the `count` largest logits, largest first; of equal ones the lowest id first. */
export function top(logits: ArrayLike<number>, count: number): number[] {
  const best: number[] = []
  for (let id = 0; id < logits.length; id++) {
    if (best.length === count && !(logits[id] > logits[best[count - 1]])) continue
    const place = best.findIndex((other) => logits[id] > logits[other])
    best.splice(place < 0 ? best.length : place, 0, id)
    if (best.length > count) best.pop()
  }
  return best
}

/**
 * Picks tokens one after another: greedy at temperature 0, else drawn from softmax(logits / temperature). Each draw takes one random
 * number and walks down from the likeliest token, so that two models with the same seed differ only where their odds do.
 */
export function sampler(temperature: number, seed: number): (logits: ArrayLike<number>) => number {
  if (temperature === 0) return likeliest
  const source = random(seed)
  return (logits) => {
    const shares = probabilities(logits, temperature)
    const drawn = source.uniform()
    const reached = (order: readonly number[]) => {
      let left = drawn
      return order.find((id) => (left -= shares[id]) < 0)
    }
    // Sorting a vocabulary of 262144 takes a tenth of a second, and a draw nearly always ends among the likeliest.
    const few = top(shares, LIKELIEST)
    const id = reached(few) ?? reached(Array.from(shares.keys()).sort((a, b) => shares[b] - shares[a] || a - b))
    // What is left then is a rounding error of the shares' sum.
    return id ?? few[0]
  }
}
