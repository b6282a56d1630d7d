// Frequencies of rotary positions (Su et al. 2021), θ^(−2i / width), and what long-context models make of them, in
// float64 and as the Hugging Face library defines them (modeling_rope_utils.py).

/** A frequency below and above which a scaling differs is told by how often it turns within `context` tokens. */
export type RotaryScaling =
  | { type: 'linear'; factor: number }
  /** A larger θ for sequences beyond the context. */
  | { type: 'dynamic'; factor: number; context: number }
  /** Llama 3.1: slow frequencies divided by the factor, fast ones kept, those between blended. */
  | { type: 'llama3'; factor: number; low: number; high: number; context: number }
  /** Peng et al. 2023; `attention` multiplies cosines and sines. */
  | { type: 'yarn'; factor: number; fast: number; slow: number; whole: boolean; context: number; attention: number }
  /** Ding et al. 2024: divisors of every frequency, for sequences up to the context and beyond it. */
  | { type: 'longrope'; short: readonly number[]; long: readonly number[]; context: number; attention: number }

export interface Rotary {
  /** First numbers of a head that turn, an even number; the others stay. */
  width: number
  theta: number
  scaling?: RotaryScaling | undefined
}

const plain = (theta: number, width: number) =>
  Float64Array.from({ length: width / 2 }, (_, i) => theta ** (-i / (width / 2)))

/** The turns of frequency w within `context` tokens, from 0 where they are `low` to 1 where they are `high`. */
function llama3(w: number, { factor, low, high, context }: Extract<RotaryScaling, { type: 'llama3' }>): number {
  const turns = (context * w) / (2 * Math.PI)
  if (turns > high) return w
  if (turns < low) return w / factor
  const blend = (turns - low) / (high - low)
  return ((1 - blend) * w) / factor + blend * w
}

function yarn({ theta, width }: Rotary, scaling: Extract<RotaryScaling, { type: 'yarn' }>): Float64Array {
  const { factor, fast, slow, whole, context } = scaling
  /** The index i whose frequency turns so often within the context. */
  const index = (turns: number) => (width * Math.log(context / (turns * 2 * Math.PI))) / (2 * Math.log(theta))
  const [from, to] = [index(fast), index(slow)]
  const low = Math.max(0, whole ? Math.floor(from) : from)
  let high = Math.min(width - 1, whole ? Math.ceil(to) : to)
  if (low === high) high += 0.001
  return plain(theta, width).map((w, i) => {
    const slowed = Math.min(1, Math.max(0, (i - low) / (high - low)))
    return (slowed * w) / factor + (1 - slowed) * w
  })
}

/** Radians per token of every pair of numbers, and the factor of cosines and sines, for sequences of `length` tokens. */
export function frequenciesOf(rotary: Rotary, length: number): { frequencies: Float64Array; factor: number } {
  const { theta, width, scaling } = rotary
  const base = plain(theta, width)
  switch (scaling?.type) {
    case undefined:
      return { frequencies: base, factor: 1 }
    case 'linear':
      return { frequencies: base.map((w) => w / scaling.factor), factor: 1 }
    case 'dynamic': {
      const { factor, context } = scaling
      const beyond = (factor * Math.max(length, context)) / context - (factor - 1)
      return { frequencies: plain(theta * beyond ** (width / (width - 2)), width), factor: 1 }
    }
    case 'llama3':
      return { frequencies: base.map((w) => llama3(w, scaling)), factor: 1 }
    case 'yarn':
      return { frequencies: yarn(rotary, scaling), factor: scaling.attention }
    case 'longrope': {
      const divisors = length > scaling.context ? scaling.long : scaling.short
      return { frequencies: base.map((w, i) => w / divisors[i]), factor: scaling.attention }
    }
  }
}
