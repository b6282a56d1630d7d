// Greedy coordinate descent (CDQuant, Nair & Suggala 2024, Algorithm 1): in every row, again and again, the one change
// of one code that lowers e H eᵀ most, until none does. Undamped H, lowest column on ties. With B = 2 (Ŵ − W) H a
// change by δ gives ΔL = δ² H_jj + δ B_j, so that the best level of a column is the one nearest to ŵ_j − B_j / (2
// H_jj): one rounding instead of 2^bits trials. A row also ends where its best change lowers its loss by less than the
// part `tolerance` of it.
// `batch` 4 tries four changes in a step: the best of the columns 0, 1, 2 and 3 mod 4 (of their group), from the best
// on, each if those accepted before it leave it half of its gain: ΔL(S) = Σ ΔL_i + Σ 2 δ_i δ_j H_ij is exact.
// About 0.1 · columns moves per row from nearest, each of columns · 10 operations.
import { dampedReference, descendDamped, ridge } from '../on-hessian.ts'
import { choice, integer, real } from '../options.ts'
import { referenceDescent } from '../reference-descent.ts'
import type { Step } from '../stage.ts'

const options = {
  moves: integer(100_000, 0, 100_000, 'Most moves of a row'),
  tolerance: real(0, 0, 1, 'Least gain of a move, a part of the row’s loss'),
  batch: choice('1', ['1', '4'], 'Moves tried in one step'),
  ridge,
}

export const greedy: Step<typeof options> = {
  name: 'greedy',
  title: 'Greedy descent',
  summary: 'Changes, in every row, the one code that lowers the loss most, until no change does.',
  formula: 'argmin over j, level of δ² H_jj + 2 δ (E H)_j, δ = level − ŵ_j; again until no change lowers it',
  source: { text: 'Nair and Suggala 2024 (CDQuant), algorithm 1', url: 'https://arxiv.org/abs/2406.17542' },
  refines: true,
  descends: true,
  watched: true,
  options,
  reference: (problem, levels, codes, { moves, tolerance, batch, ridge }) =>
    referenceDescent(dampedReference(problem, ridge), levels, codes, 'greedy', moves, Infinity, {
      tolerance,
      batch: Number(batch),
    }),
  run: (work, { moves, tolerance, batch, ridge }) =>
    descendDamped(work, ridge, {
      rule: 'greedy',
      moves,
      sweeps: Infinity,
      tolerance,
      batch: batch === '4' ? 4 : 1,
    }),
}
