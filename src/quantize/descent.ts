// Drives coordinate descent on the GPU: pieces of capped steps, the live curve, and a fresh gradient at the end.
// All rows step together, so that a point's moves are those of all rows so far and the curve is as smooth as the
// descent itself.
import type { Batch } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import { Scope } from '../gpu/scope.ts'
import { descent, descentLayout } from '../kernels/descent.ts'
import { COLUMN_WORK, type Rule } from '../kernels/descent-thread.ts'
import { partsOf, stepSums } from '../kernels/step-sums.ts'
import type { DescentPoint, StepResult, Work } from './stage.ts'

export interface DescentLimits {
  rule: Rule
  /** Most moves of a row. */
  moves: number
  /** Most sweeps of a row through its columns; cyclic order only. */
  sweeps: number
}

/** Steps of the last piece, which looks for moves that a fresh gradient still allows. */
const CHECK_STEPS = 4
/** Updates that leave a product as good as new. */
const FRESH_STEPS = 16
/** Rounding lets nearly every descent end at the first check. */
const MOST_CHECKS = 6
/** Points of one piece on the curve. */
const MOST_POINTS = 48

/** Moves the codes to a coordinate-wise minimum of every row, or as far as the limits allow. */
export async function* descend(work: Work, limits: DescentLimits): AsyncGenerator<DescentPoint[], StepResult> {
  const { gpu, problem, levels, codes, measure } = work
  const { columns } = problem
  using scope = new Scope(gpu)
  const state = new State(work, limits, scope)
  let objective = await measure.objective(codes, levels)
  yield [{ moves: 0, objective }]
  gpu.batch('descent start').clear(state.cursors).flush()
  let moves = 0
  let used = 0
  let checks = 0
  // Steps since the product was computed from scratch.
  let stale = 0
  let ended = false
  while (used < limits.moves && checks < MOST_CHECKS && !(ended && stale <= FRESH_STEPS)) {
    const steps: number = ended ? 0 : Math.min(state.longest, limits.moves - used)
    // Long pieces nearly always end every row, so that the check comes with them and costs no round trip.
    const check: number = ended || steps >= columns / 2 ? Math.min(CHECK_STEPS, limits.moves - used - steps) : 0
    const batch = gpu.batch('descent')
    if (steps > 0) state.record(batch, steps, 0)
    if (check > 0) {
      measure.record(batch, codes, levels)
      state.record(batch, check, steps)
    }
    batch.flush()
    measure.changed()
    const reads: [Promise<StepSum[]>, unknown] = [state.read(steps + check), check > 0 ? measure.read() : undefined]
    const [sums] = await Promise.all(reads)
    const points: DescentPoint[] = []
    for (const [gain, moved] of sums) {
      if (moved === 0) continue
      moves += moved
      objective += gain
      points.push({ moves, objective })
    }
    if (points.length) yield decimate(points)
    if (sums.slice(steps).some(([, moved]) => moved > 0)) measure.changed()
    used += steps + check
    checks += Number(ended)
    stale = check > 0 ? check : stale + steps
    ended = sums[sums.length - 1][1] === 0
  }
  return { moves }
}

/** At most MOST_POINTS of them, evenly, the last one always. */
function decimate(points: DescentPoint[]): DescentPoint[] {
  const every = Math.ceil(points.length / MOST_POINTS)
  return points.filter((_, i) => (points.length - 1 - i) % every === 0)
}

/** What one step changed in the objective, and how many rows it moved. */
type StepSum = [gain: number, moved: number]

/** The buffers of a descent. */
class State {
  /**
   * Steps of a piece: enough for every row to end where they fit into about three submits, as few rows go on so long.
   */
  readonly longest: number
  private readonly parts: number
  readonly cursors: GpuBuffer
  private readonly gains: GpuBuffer
  private readonly sums: GpuBuffer

  constructor(
    private readonly work: Work,
    private readonly limits: DescentLimits,
    scope: Scope,
  ) {
    const { gpu, problem } = work
    const { rows, columns } = problem
    const affordable = Math.floor((3 * gpu.workPerSubmit) / (COLUMN_WORK * rows * columns))
    this.longest = Math.max(1, Math.min(limits.moves, Math.max(2, affordable), Math.ceil(columns / 2) + 8))
    this.parts = partsOf(rows)
    this.cursors = scope.buffer('cursors', 4 * rows)
    this.gains = scope.buffer('gains', 4 * rows * this.longest)
    this.sums = scope.buffer('step sums', 8 * this.parts * (this.longest + CHECK_STEPS))
  }

  /** Records a piece; its sums go behind those of `before` steps. */
  record(batch: Batch, steps: number, before: number): void {
    const { problem, levels, codes, measure } = this.work
    const { rows, columns, hessian } = problem
    const { width, groups, bits, scales } = levels
    const { cursors, gains } = this
    const bindings = {
      hessian: hessian.matrix,
      diagonal: hessian.diagonal,
      scales,
      product: measure.product,
      codes,
      cursors,
      gains,
    }
    const shape = { rows, columns, width, groups, bits, steps, sweeps: this.limits.sweeps }
    descent(batch, bindings, shape, this.limits.rule, descentLayout(this.work.gpu, columns))
    stepSums(batch, { gains, sums: this.sums }, { steps, rows, before })
  }

  /** What every step changed and how many rows it moved, summed over the rows. */
  async read(steps: number): Promise<StepSum[]> {
    const sums = await this.work.gpu.readF32(this.sums, 0, 2 * this.parts * steps)
    return Array.from({ length: steps }, (_, step) => {
      let gain = 0
      let moved = 0
      for (let at = 2 * step * this.parts; at < 2 * (step + 1) * this.parts; at += 2) {
        gain += sums[at]
        moved += sums[at + 1]
      }
      return [gain, moved]
    })
  }
}
