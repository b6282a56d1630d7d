// Greedy coordinate descent (CDQuant, Nair & Suggala 2024, Algorithm 1): in every row, again and again, the one change
// of one code that lowers e H eᵀ most, until none does. Undamped H, lowest column on ties. With B = 2 (Ŵ − W) H a
// change by δ gives ΔL = δ² H_jj + δ B_j, so that the best level of a column is the one nearest to ŵ_j − B_j / (2
// H_jj): one rounding instead of 2^bits trials.
// About 0.1 · columns moves per row from nearest, each of columns · 10 operations.
import { descend } from '../descent.ts'
import { integer } from '../options.ts'
import { referenceDescent } from '../reference-descent.ts'
import type { Step } from '../stage.ts'

const options = { moves: integer(100_000, 0, 100_000, 'Most moves of a row') }

export const greedy: Step<typeof options> = {
  name: 'greedy',
  title: 'Greedy descent',
  summary: 'Changes, in every row, the one code that lowers the loss most, until no change does.',
  formula: 'argmin over j, level of δ² H_jj + 2 δ (E H)_j, δ = level − ŵ_j; again until no change lowers it',
  source: { text: 'Nair and Suggala 2024 (CDQuant), algorithm 1', url: 'https://arxiv.org/abs/2406.17542' },
  refines: true,
  descends: true,
  options,
  reference: (problem, levels, codes, { moves }) => referenceDescent(problem, levels, codes, 'greedy', moves, Infinity),
  run: (work, { moves }) => descend(work, { rule: 'greedy', moves, sweeps: 0 }),
}
