// Seeded layer problems for tests: correlated inputs with a few loud channels, weights with heavy tails.
import { gramMatrix } from '../math/linear.ts'
import { random } from '../math/random.ts'
import type { ReferenceProblem } from '../quantize/problem.ts'

export interface ProblemOptions {
  rows: number
  columns: number
  /** Rows of the inputs; fewer than columns makes H rank-deficient. */
  tokens?: number
  seed?: number
  /** Columns whose inputs are zero on every token. */
  dead?: readonly number[]
  /** Rows whose weights are all zero. */
  zeroRows?: readonly number[]
}

/** Weights and H hold float32 numbers, so that GPU and reference see the same problem. */
export function seededProblem(options: ProblemOptions): ReferenceProblem {
  const { rows, columns, tokens = 4 * columns, seed = 1, dead = [], zeroRows = [] } = options
  const { normal, integer } = random(seed)
  // Inputs: a few shared directions under independent noise, every channel with its own loudness.
  const directions = Math.max(1, columns >> 2)
  const mix = Float64Array.from({ length: directions * columns }, normal)
  const loud = Float64Array.from({ length: columns }, () => Math.exp(0.5 * normal()))
  loud[integer(columns)] *= 6
  for (const j of dead) loud[j] = 0
  const inputs = new Float64Array(tokens * columns)
  for (let t = 0; t < tokens; t++) {
    const strength = Float64Array.from({ length: directions }, (_, k) => (normal() * 2) / (k + 1))
    for (let j = 0; j < columns; j++) {
      let x = 0.5 * normal()
      for (let k = 0; k < directions; k++) x += strength[k] * mix[k * columns + j]
      inputs[t * columns + j] = x * loud[j]
    }
  }
  const weights = Float64Array.from({ length: rows * columns }, (_, at) => {
    const w = 0.02 * normal() * Math.exp(0.4 * normal())
    return zeroRows.includes(Math.floor(at / columns)) ? 0 : Math.fround(w)
  })
  return { rows, columns, weights, hessian: gramMatrix(inputs, tokens, columns).map(Math.fround) }
}
