// Refit: for fixed codes, the scales and zeros that make e H eᵀ of every row smallest; least squares, as ŵ = s q + b is
// linear in s and b: (AᵀHA) p = AᵀHw, A [columns, 2 · groups] with the columns q · 1_g and 1_g. Undamped H. Alternated
// with descent it is coordinate descent over codes and levels together, as LNQ does with its code books (Kim et al.
// 2025, GuidedQuant, section 4.2).
// Zeros free: they become real numbers. Zeros as they are: scales alone are refitted, which is what formats with whole
// zeros can hold. Scales, and scale · zero, are rounded as they are stored while the system is solved; a row whose
// rounded levels would not lower its loss keeps what it had, so that the objective never rises. Unknowns that depend on
// others (a group whose codes are all the same, dead columns) stay as they are.
import { InputError } from '../../formats/errors.ts'
import { Scope } from '../../gpu/scope.ts'
import { descend } from '../descent.ts'
import { choice, integer } from '../options.ts'
import { TENSOR, type Levels, type ReferenceLevels, type ReferenceProblem } from '../problem.ts'
import { referenceDescent } from '../reference-descent.ts'
import type { DescentPoint, Step, StepResult, WithLevels, Work } from '../stage.ts'
import { refitLevels } from './refit-levels.ts'
import { referenceRefit } from './refit-reference.ts'

const options = {
  zeros: choice('real', ['real', 'integer'], 'Zeros: free real numbers, or as they are and scales alone'),
  rounds: integer(1, 1, 100, 'Most refits, with greedy descent between them'),
}

/** Part of the objective that a round must gain for another one to follow. */
const ENOUGH = 1e-3

export const refit: Step<typeof options> = {
  name: 'refit',
  title: 'Refit',
  summary: 'Chooses the scales and zeros that suit the codes best, by least squares on the loss.',
  formula: '(AᵀHA) p = AᵀHw for p = (scales, offsets) of a row, ŵ = A p, A = codes and ones of each group',
  source: {
    text: 'Least squares in the H metric between descents, as for the code books of Kim et al. 2025 (GuidedQuant)',
    url: 'https://arxiv.org/abs/2505.07004',
  },
  refines: true,
  descends: false,
  options,
  reference,
  async *run(work, { zeros, rounds }) {
    const { gpu, problem, codes, measure, truth } = work
    using scope = new Scope(gpu)
    let levels = work.levels
    let moves = 0
    const everChanged = new Uint8Array(problem.rows)
    const { together } = problem
    // What is decided for the layer, is so by all of its rows.
    const ofAll = function* (value: number): Generator<never[], number> {
      return together ? (yield* together.sum([value]))[0] : value
    }
    let objective = yield* ofAll(await measure.objective(codes, levels))
    yield [{ moves, objective: await truth.objective(codes, levels) }]
    for (let round = 0; round < rounds; round++) {
      const before = objective
      if (round > 0) {
        const descent = yield* after(moves, descend({ ...work, levels }, { rule: 'greedy', moves: 2 ** 30, sweeps: 0 }))
        if ((yield* ofAll(descent.moves)) === 0) break
        moves += descent.moves
      }
      // The gradient of the codes as they are, of which the objective is made.
      const reached = yield* ofAll(await measure.objective(codes, levels))
      const { levels: found, changed } = yield* refitLevels({ ...work, levels }, zeros === 'real')
      scope.own(found)
      measure.changed()
      objective = yield* ofAll(await measure.objective(codes, found))
      if (objective > reached) objective = yield* ofAll(await keepBetter({ ...work, levels }, found, changed))
      if ((yield* ofAll(Number(changed.includes(1)))) === 0) {
        measure.changed()
        break
      }
      changed.forEach((flag, row) => (everChanged[row] |= flag))
      if (levels !== work.levels) scope.release(levels)[Symbol.dispose]()
      levels = found
      yield [{ moves, objective: await truth.objective(codes, levels) }]
      if (objective > before * (1 - ENOUGH)) break
    }
    const rows = together?.rows ?? problem.rows
    const kept = rows - (yield* ofAll(everChanged.reduce((sum, flag) => sum + flag, 0)))
    const result = { moves, note: noteOf(zeros === 'real', work.levels, kept, rows) }
    if (levels === work.levels) return result
    return { ...result, levels: scope.release(levels) }
  },
}

function noteOf(real: boolean, { zeroType }: Pick<Levels, 'zeroType'>, kept: number, rows: number): string {
  const variant = real
    ? 'scales and real zeros'
    : `scales only, zeros kept ${zeroType === 'integer' ? 'whole' : 'as they were'}`
  const rest = kept === 0 ? '' : `; ${kept} of ${rows} rows kept their levels, as no others are better`
  return `refit: ${variant}${rest}`
}

/**
 * Puts back the old levels of rows whose loss, measured from scratch, rose, in `found` and in `changed`; the objective
 * then.
 */
async function keepBetter(work: Work, found: Levels, changed: Uint32Array): Promise<number> {
  const { gpu, codes, measure, levels } = work
  const lossesOf = async (of: Levels) => {
    const batch = gpu.batch('row losses')
    measure.record(batch, codes, of)
    batch.flush()
    return measure.readRows()
  }
  const [before, now] = [await lossesOf(levels), await lossesOf(found)]
  const batch = gpu.batch('put back')
  const bytes = 4 * levels.groups
  for (const row of changed.keys()) {
    if (levels.group !== TENSOR && now[row] <= before[row]) continue
    changed[row] = 0
    batch.copy(levels.scales, row * bytes, found.scales, row * bytes, bytes)
    batch.copy(levels.zeros, row * bytes, found.zeros, row * bytes, bytes)
  }
  batch.flush()
  measure.changed()
  return measure.objective(codes, found)
}

/** Points of a descent that follows `moves` others. */
async function* after<T>(moves: number, descent: AsyncGenerator<DescentPoint[], T>): AsyncGenerator<DescentPoint[], T> {
  let finished = false
  try {
    for (;;) {
      const next = await descent.next()
      if (next.done) {
        finished = true
        return next.value
      }
      const points = next.value.filter((point) => point.moves > 0)
      yield points.map((point) => ({ ...point, moves: point.moves + moves }))
    }
  } finally {
    if (!finished) await descent.return(undefined as never)
  }
}

function reference(
  problem: ReferenceProblem,
  start: ReferenceLevels,
  given: Uint8Array | undefined,
  { zeros, rounds }: { zeros: string; rounds: number },
): StepResult & WithLevels<ReferenceLevels> & { codes: Uint8Array } {
  if (!given) throw new InputError('a refit suits levels to codes: another step must come first')
  let [levels, codes, moves] = [start, given, 0]
  for (let round = 0; round < rounds; round++) {
    if (round > 0) {
      const descent = referenceDescent(problem, levels, codes, 'greedy', Infinity, Infinity)
      if (descent.moves === 0) break
      moves += descent.moves
      codes = descent.codes
    }
    levels = referenceRefit(problem, levels, codes, zeros === 'real')
  }
  return { codes, moves, levels }
}
