// Block coordinate descent (CDQuant, Nair & Suggala 2024, Algorithm 2) with blocks of two codes: again and again the
// columns are drawn into pairs, and in every row the pair whose two codes together lower e H eᵀ most is moved. A pair
// can gain where neither code alone does. With G = (Ŵ − W) H a pair changes it by δ_i² H_ii + 2 δ_i G_i + δ_j² H_jj +
// 2 δ_j G_j + 2 δ_i δ_j H_ij; for every δ_i the best δ_j is the level nearest to its conditional optimum, 2^bits trials
// in place of 4^bits, of which only those within a known interval can help. Then single changes as long as one helps.
// Per layer rounds · columns² · rows / 2 pairs, nearly all of which are told by a few operations to hold no gain.
import { descend } from '../descent.ts'
import { follow } from '../follow.ts'
import { choice, integer, real } from '../options.ts'
import { referenceDescent } from '../reference-descent.ts'
import type { Step } from '../stage.ts'
import { draws, type Draw } from './block-partitions.ts'
import { pairMoves, type PairLimits } from './block-pieces.ts'
import { referencePairMoves } from './block-reference.ts'

const options = {
  rounds: real(1, 0, 100, 'Partitions of the columns, in multiples of their number'),
  patience: real(1, 0.001, 100, 'Partitions without a gain after which a row stops, in multiples of the columns'),
  draw: choice('tournament', draws, 'Partitions: rounds in which all pairs meet once, or each drawn afresh'),
  seed: integer(1, 0, 2 ** 32 - 1, 'Seed of the partitions'),
}

export const block: Step<typeof options> = {
  name: 'block',
  title: 'Block descent',
  summary: 'Changes two codes at once: of many random pairings of the columns, in every row the pair that gains most.',
  formula: 'argmin over pairs (i, j), levels of δ_i² H_ii + 2 δ_i (E H)_i + δ_j² H_jj + 2 δ_j (E H)_j + 2 δ_i δ_j H_ij',
  source: { text: 'Nair and Suggala 2024 (CDQuant), algorithm 2', url: 'https://arxiv.org/abs/2406.17542' },
  refines: true,
  descends: true,
  options,
  reference(problem, levels, given, values) {
    if (!given) throw new RangeError('block descent improves codes: another step must come first')
    const start = Uint8Array.from(given)
    const moves = referencePairMoves(problem, levels, start, limitsOf(problem.columns, values))
    const end = referenceDescent(problem, levels, start, 'greedy', Infinity, Infinity)
    return { codes: end.codes, moves: moves + end.moves }
  },
  async *run(work, values) {
    const { problem, levels, codes, measure, truth } = work
    const start = await measure.objective(codes, levels)
    yield [{ moves: 0, objective: await truth.objective(codes, levels) }]
    const { moves, gain } = yield* pairMoves(work, limitsOf(problem.columns, values), start)
    // The product has followed the moves, and the descent measures it anew before it ends.
    if (moves > 0) measure.restored(Promise.resolve(start + gain))
    const after = yield* follow(moves, descend(work, { rule: 'greedy', moves: 2 ** 30, sweeps: 0 }))
    return { moves: moves + after.moves }
  },
}

function limitsOf(
  columns: number,
  { rounds, patience, draw, seed }: { rounds: number; patience: number; draw: Draw; seed: number },
): PairLimits {
  return { steps: Math.ceil(rounds * columns), patience: Math.ceil(patience * columns), draw, seed }
}
