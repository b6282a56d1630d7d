// Block descent in float64: in every row, of every partition, the best move of a pair, by trying every level of its
// first code; the best level of the second is then the one nearest to its conditional optimum.
import { roundHalfEven } from '../../math/round.ts'
import type { ReferenceLevels, ReferenceProblem } from '../problem.ts'
import { partitions } from './block-partitions.ts'
import type { PairLimits } from './block-pieces.ts'

/** Two codes of a row: gradient, curvature, scale, code. */
export interface PairProblem {
  G: readonly [number, number]
  h: readonly [number, number]
  /** H_ij; 0 for a column alone, whose second h is 0 too. */
  coupling: number
  scale: readonly [number, number]
  code: readonly [number, number]
  top: number
}

/** The best change of two codes: what it changes in the objective and by how many levels; 0 where nothing is gained. */
export function bestPair({ G, h, coupling, scale, code, top }: PairProblem): {
  gain: number
  levels: [number, number]
} {
  let best: { gain: number; levels: [number, number] } = { gain: 0, levels: [0, 0] }
  for (let level = 0; level <= top; level++) {
    const r = h[0] > 0 ? level - code[0] : 0
    const d = scale[0] * r
    const gradient = G[1] + d * coupling
    const wanted = h[1] > 0 ? roundHalfEven(-gradient / (h[1] * scale[1])) : 0
    const other = Math.min(top - code[1], Math.max(-code[1], wanted))
    const e = scale[1] * other
    const gain = d * (d * h[0] + 2 * G[0]) + e * (e * h[1] + 2 * gradient)
    // Less than rounding can tell from nothing is nothing.
    if (gain < best.gain - 1e-12 * (scale[0] ** 2 * h[0] + scale[1] ** 2 * h[1])) best = { gain, levels: [r, other] }
  }
  return best
}

/** Pair moves of every row; `codes` are changed. Gives how many codes moved. */
export function referencePairMoves(
  problem: ReferenceProblem,
  levels: ReferenceLevels,
  codes: Uint8Array,
  { steps, patience, draw, seed }: PairLimits,
): number {
  const { rows, columns, weights, hessian: H } = problem
  const { scales, zeros, width, groups, bits } = levels
  const drawn = partitions(columns, draw, seed)
  const all = Array.from({ length: steps }, () => drawn.next().value)
  let moves = 0
  for (let row = 0; row < rows; row++) {
    const own = codes.subarray(row * columns, (row + 1) * columns)
    const scale = (j: number) => scales[row * groups + Math.floor(j / width)]
    const G = new Float64Array(columns)
    for (let i = 0; i < columns; i++) {
      const zero = zeros[row * groups + Math.floor(i / width)]
      const e = scale(i) * (own[i] - zero) - weights[row * columns + i]
      for (let j = 0; j < columns; j++) G[j] += e * H[i * columns + j]
    }
    for (let step = 0, quiet = 0; step < steps && quiet < patience; step++) {
      let best = { gain: 0, levels: [0, 0], columns: [0, 0] }
      for (const [i, j] of all[step]) {
        const alone = i === j
        const found = bestPair({
          G: [G[i], G[j]],
          h: [H[i * (columns + 1)], alone ? 0 : H[j * (columns + 1)]],
          coupling: alone ? 0 : H[i * columns + j],
          scale: [scale(i), scale(j)],
          code: [own[i], own[j]],
          top: 2 ** bits - 1,
        })
        if (found.gain < best.gain) best = { ...found, columns: [i, j] }
      }
      quiet = best.gain < 0 ? 0 : quiet + 1
      best.levels.forEach((r, at) => {
        if (r === 0) return
        const j = best.columns[at]
        own[j] += r
        moves++
        for (let k = 0; k < columns; k++) G[k] += r * scale(j) * H[j * columns + k]
      })
    }
  }
  return moves
}
