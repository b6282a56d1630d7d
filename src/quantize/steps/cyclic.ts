// Cyclic coordinate descent (QuantEase, Behdin et al. 2023, Lemma 1, on codes, without its relaxed sweeps: those are in
// quantease.ts): the columns in their order, again and again, each set to its best level, until a sweep moves nothing.
// Undamped H. The best level is that nearest to ŵ_j − (E H)_j / H_jj. Columns catch up with the moves of others when
// their turn comes, block by block (the lazy batches of GuidedQuant, algorithm 4).
import { dampedReference, descendDamped, ridge } from '../on-hessian.ts'
import { choice, integer } from '../options.ts'
import { referenceDescent } from '../reference-descent.ts'
import type { Step } from '../stage.ts'

const options = {
  sweeps: integer(1000, 1, 100_000, 'Most sweeps'),
  order: choice('natural', ['natural', 'activation'], 'Column order'),
  ridge,
}

export const cyclic: Step<typeof options> = {
  name: 'cyclic',
  title: 'Cyclic descent',
  summary: 'Sets column after column to its best level, sweep after sweep, until none changes.',
  formula: 'ŵ_j ← nearest level to ŵ_j − (E H)_j / H_jj, for j = 1 … columns, sweep after sweep',
  source: { text: 'Behdin et al. 2023 (QuantEase), lemma 1', url: 'https://arxiv.org/abs/2309.01885' },
  refines: true,
  descends: true,
  watched: true,
  options,
  reference: (problem, levels, codes, { sweeps, order, ridge }) =>
    referenceDescent(dampedReference(problem, ridge), levels, codes, 'cyclic', Infinity, sweeps, { order }),
  run: (work, { sweeps, order, ridge }) =>
    descendDamped(work, ridge, { rule: 'cyclic', moves: Infinity, sweeps, order }),
}
