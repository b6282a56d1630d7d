// Drives coordinate descent on the GPU: pieces of limited length, the live curve, and a fresh gradient at the end.
// All rows go on together, so that a point's moves are those of all rows so far and the curve is as smooth as the
// descent itself.
import { Scope } from '../gpu/scope.ts'
import { Curve } from './descent-curve.ts'
import { GreedyPieces, type Pieces, SweepPieces } from './descent-pieces.ts'
import { watchPiece } from './descent-watch.ts'
import type { DescentPoint, StepResult, Work } from './stage.ts'

export interface DescentLimits {
  /** greedy: the column that improves most, the lower one on ties. cyclic: column after column. */
  rule: 'greedy' | 'cyclic'
  /** Most moves of a row; greedy only. */
  moves: number
  /** Most sweeps of a row through its columns; cyclic only. */
  sweeps: number
  /** Order of a sweep; natural where absent. */
  order?: 'natural' | 'activation'
  /** A row ends where its best move gains less than this part of its loss; greedy only, 0 where absent. */
  tolerance?: number
  /** Moves tried at once; greedy only, 1 where absent. */
  batch?: 1 | 4
}

/** Updates of a row that leave a gradient as good as new. */
const FRESH_UPDATES = 16
/** Rounding lets nearly every descent end at the first check. */
const MOST_CHECKS = 6

/** Moves the codes to a coordinate-wise minimum of every row, or as far as the limits allow. */
export async function* descend(work: Work, limits: DescentLimits): AsyncGenerator<DescentPoint[], StepResult> {
  const { gpu, levels, codes, measure, truth } = work
  using scope = new Scope(gpu)
  const curve = new Curve()
  // Where solvers see another H or target than the true one, their gains say nothing of the true loss.
  const hidden = truth !== measure
  const start = measure.objective(codes, levels)
  // Shown once the first piece is on its way: every answer of the GPU takes a while on its own.
  let first: Promise<number> | undefined = hidden ? truth.objective(codes, levels) : start
  const make = limits.rule === 'greedy' ? GreedyPieces : SweepPieces
  const pieces: Pieces = await make.begin(work, limits, scope)
  const beginning = gpu.batch('descent start')
  pieces.restart(beginning)
  beginning.flush()
  let objective = 0
  let moves = 0
  let used = 0
  let checks = 0
  // Updates of a row since the gradient was computed from scratch, at most.
  let stale = 0
  // Steps without a move that the descent ended with so far.
  let quiet = 0
  let ended = pieces.limit === 0
  while (used < pieces.limit && checks < MOST_CHECKS && !(ended && stale <= FRESH_UPDATES)) {
    const length: number = ended ? 0 : Math.min(pieces.longest, pieces.limit - used)
    // Long pieces nearly always end every row, so that the check comes with them and costs no round trip.
    const check: number = ended || length >= pieces.usual ? Math.min(pieces.check, pieces.limit - used - length) : 0
    if (work.watch && length > 0)
      await watchPiece(work, pieces, {
        length,
        fresh: stale === 0,
        before: { moves, objective: first ? await start : objective },
      })
    const batch = gpu.batch('descent')
    if (!work.watch && length > 0) pieces.record(batch, length, 0, stale === 0)
    if (check > 0) {
      measure.record(batch, codes, levels)
      pieces.restart(batch)
      pieces.record(batch, check, length, true)
    }
    batch.flush()
    measure.changed()
    // Read back together.
    const reading = Promise.all([pieces.read(length + check), check > 0 ? measure.read() : Promise.resolve(undefined)])
    if (first) {
      // A failure is told where it is awaited, below.
      reading.catch(() => {})
      objective = await start
      yield curve.add([{ moves: 0, objective: await first }])
      first = undefined
    }
    const [sums] = await reading
    const points: DescentPoint[] = []
    let moved = 0
    for (const [gain, changes] of sums) {
      if (changes === 0) continue
      moved += changes
      objective += gain
      points.push({ moves: moves + moved, objective })
    }
    moves += moved
    const since = sums.slice(check > 0 ? length : 0).reduce((sum, [, changes]) => sum + changes, 0)
    if (check > 0 && since > 0) measure.changed()
    if (moved > 0) yield curve.add(hidden ? [{ moves, objective: await truth.objective(codes, levels) }] : points)
    used += length + check
    checks += Number(ended)
    const updates = Math.min(since, pieces.updates * (check || length))
    stale = check > 0 ? updates : stale + updates
    const lastMove = sums.findLastIndex(([, changes]) => changes > 0)
    quiet = lastMove < 0 ? quiet + sums.length : sums.length - 1 - lastMove
    ended = quiet >= pieces.span
  }
  if (first) yield curve.add([{ moves: 0, objective: await first }])
  const last = curve.end()
  if (last.length) yield last
  const { tiles } = pieces
  if (!(limits.batch === 4 && tiles > 1)) return { moves }
  return { moves, note: `H lies in ${tiles} buffers: moves tried in one step are those of columns in the same one` }
}
