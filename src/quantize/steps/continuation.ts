// Continuation: descent on a smoothed problem. Where a few eigenvalues of H are much larger than the rest, single
// changes get stuck: each moves the error along the loud directions, and only several together would not. With the
// largest half of the eigenvalues lowered to the next one nothing is loud, and the descent is free to move; its minimum
// starts a descent with fewer lowered, and so on to H itself: a path of problems as in graduated non-convexity (Blake &
// Zisserman 1987), along the eigenvalue clipping of CDQuant (Nair & Suggala 2024).
// The plain descent comes first, and every row keeps whichever minimum of the two is lower, so that the outcome is
// never above that of plain descent from the same codes. On the way the objective may rise.
import { symmetricEigen } from '../../math/eigen.ts'
import { quadraticForm } from '../../math/linear.ts'
import { Scope } from '../../gpu/scope.ts'
import { descend } from '../descent.ts'
import { clippedReference, loweredCount, MOST_LOWERED } from '../eigen-clip.ts'
import { follow } from '../follow.ts'
import { onHessian } from '../on-hessian.ts'
import { choice, real } from '../options.ts'
import type { ReferenceLevels, ReferenceProblem } from '../problem.ts'
import { referenceDescent } from '../reference-descent.ts'
import type { Step, Work } from '../stage.ts'

/** Parts of the eigenvalues that are lowered, one after another; H itself comes last. */
const FRACTIONS = [0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01]
const SWEEPS = 1000
const MOVES = 100_000

const options = {
  rule: choice('greedy', ['greedy', 'cyclic'], 'Descent'),
  from: real(0.5, 0.01, 0.5, 'Largest part of the eigenvalues that is lowered'),
}

export const continuation: Step<typeof options> = {
  name: 'continuation',
  title: 'Continuation',
  summary: 'Descends on H with its largest eigenvalues lowered, fewer and fewer of them, at last on H itself.',
  formula: 'for f = 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0: descent on V min(Λ, λ_{k+1}) Vᵀ, k = ⌈f · columns⌉',
  source: {
    text: 'Eigenvalue clipping of Nair and Suggala 2024 (CDQuant), as a path of problems',
    url: 'https://arxiv.org/abs/2406.17542',
  },
  refines: true,
  descends: false,
  options,
  reference,
  async *run(work, { rule, from }) {
    const { gpu, problem, levels, codes, measure, truth } = work
    const { fractions, left } = scheduleOf(problem.columns, from)
    const limits = { rule, moves: MOVES, sweeps: SWEEPS }
    let { moves } = yield* descend(work, limits)
    using scope = new Scope(gpu)
    const plain = scope.buffer('codes of the plain descent', codes.bytes)
    const before = await rowLosses(work)
    gpu.batch('keep codes').copy(codes, 0, plain, 0, codes.bytes).flush()
    for (const fraction of fractions) {
      const hessian = await problem.hessian.clipped({ fraction, threshold: 0 })
      // Too few columns for so small a part, or all eigenvalues alike.
      if (fraction > 0 && hessian === problem.hessian) continue
      using stage = onHessian(work, hessian)
      moves += (yield* follow(moves, descend(stage.work, limits))).moves
    }
    const after = await rowLosses(work)
    const batch = gpu.batch('put back codes')
    const rowBytes = 4 * problem.columns
    const worse = [...after.keys()].filter((row) => after[row] > before[row])
    for (const row of worse) batch.copy(plain, row * rowBytes, codes, row * rowBytes, rowBytes)
    batch.flush()
    if (worse.length) {
      measure.changed()
      moves += worse.length
      yield [{ moves, objective: await truth.objective(codes, levels) }]
    }
    const note = `continuation lowers no more than ${MOST_LOWERED} eigenvalues: left out parts ${left.join(', ')}`
    return { moves, ...(left.length && { note }) }
  },
}

/** The parts that are lowered, from the largest asked for to 0, and those left out as there are too many columns. */
export function scheduleOf(columns: number, from: number): { fractions: number[]; left: number[] } {
  const asked = FRACTIONS.filter((fraction) => fraction <= from)
  const left = asked.filter((fraction) => loweredCount(fraction, columns) > MOST_LOWERED)
  return { fractions: [...asked.slice(left.length), 0], left }
}

/** Losses of the rows on what is seen, afresh. */
async function rowLosses({ gpu, codes, levels, measure }: Work): Promise<number[]> {
  const batch = gpu.batch('row losses')
  measure.record(batch, codes, levels)
  batch.flush()
  return measure.readRows()
}

function reference(
  problem: ReferenceProblem,
  levels: ReferenceLevels,
  start: Uint8Array | undefined,
  { rule, from }: { rule: 'greedy' | 'cyclic'; from: number },
) {
  const { rows, columns, weights, hessian } = problem
  const eigen = symmetricEigen(hessian, columns)
  const plain = referenceDescent(problem, levels, start, rule, MOVES, SWEEPS)
  let { codes, moves } = plain
  for (const fraction of scheduleOf(columns, from).fractions) {
    const seen = clippedReference(hessian, columns, { fraction, threshold: 0 }, eigen)
    const result = referenceDescent({ ...problem, hessian: seen }, levels, codes, rule, MOVES, SWEEPS)
    codes = result.codes
    moves += result.moves
  }
  for (let row = 0; row < rows; row++) {
    const loss = (of: Uint8Array) => {
      const residual = Float64Array.from({ length: columns }, (_, j) => {
        const at = row * columns + j
        const level = row * levels.groups + Math.floor(j / levels.width)
        return levels.scales[level] * (of[at] - levels.zeros[level]) - weights[at]
      })
      return quadraticForm(residual, hessian, 1, columns)
    }
    if (loss(codes) <= loss(plain.codes)) continue
    codes.set(plain.codes.subarray(row * columns, (row + 1) * columns), row * columns)
    moves++
  }
  return { codes, moves }
}
