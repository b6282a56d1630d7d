// The buffers of a descent and its pieces: so many steps of every row (greedy) or so many sweeps (cyclic).
import type { Batch } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Scope } from '../gpu/scope.ts'
import { descentColumns, descentPlaces } from '../kernels/descent-columns.ts'
import { sweep, sweepBlocks } from '../kernels/descent-sweep.ts'
import { sweepWork } from '../kernels/descent-sweep-thread.ts'
import { descentWork } from '../kernels/descent-thread.ts'
import { descent, descentLayout, type DescentLayout } from '../kernels/descent.ts'
import { partsOf, stepSums } from '../kernels/step-sums.ts'
import type { DescentLimits } from './descent.ts'
import type { Work } from './stage.ts'

/** Submits' worth of work in one piece: a stop waits for so many. */
const SUBMITS = 3
/** Steps and sweeps of a piece that looks for moves which a fresh gradient still allows. */
const CHECK_STEPS = 4
const CHECK_SWEEPS = 1
/** Sweeps after which most descents have ended. */
const USUAL_SWEEPS = 10
/** Pieces of a curve whose points are measured one by one. */
const HIDDEN_PIECES = 32

/** What one turn changed in the objective, and in how many moves. */
export type TurnSum = [gain: number, moves: number]

/** What the two kinds have in common. */
export abstract class Pieces {
  /** Steps or sweeps of the whole descent, of a piece, of one that nearly always ends it, and of a check. */
  abstract readonly limit: number
  abstract readonly longest: number
  abstract readonly usual: number
  abstract readonly check: number
  /** Updates of a row's gradient by one step or sweep, at most. */
  abstract readonly updates: number
  protected readonly layout: DescentLayout
  protected readonly matrix: GpuBuffer
  protected readonly state: GpuBuffer
  protected readonly queue: GpuBuffer
  protected readonly order: GpuBuffer
  private readonly stride: number

  /** `places`: the columns in their places. */
  protected constructor(
    protected readonly work: Work,
    places: Uint32Array,
    scope: Scope,
  ) {
    const { gpu, problem } = work
    const { rows, columns } = problem
    const stride = (this.stride = places.length)
    this.layout = descentLayout(gpu, stride)
    this.order = scope.upload('places', places)
    this.matrix = scope.buffer('descent matrix', 4 * (columns + 1) * stride)
    this.state = scope.buffer('descent state', 4 * (rows + 1) * stride)
    this.queue = scope.buffer('queue', 4)
    const batch = gpu.batch('descent start')
    this.derive(batch, problem.hessian.matrix, this.matrix, columns)
    this.restart(batch)
    batch.flush()
  }

  private derive(batch: Batch, matrix: GpuBuffer, scaled: GpuBuffer, rows: number): void {
    const { columns, hessian } = this.work.problem
    const { order, stride } = this
    descentColumns(batch, { matrix, diagonal: hessian.diagonal, order, scaled }, { rows, columns, stride })
  }

  /** Records the state of the gradient as the measure has it. */
  restart(batch: Batch): void {
    this.derive(batch, this.work.measure.product, this.state, this.work.problem.rows)
  }

  /** Records a piece; its sums go behind those of `before`. `fresh`: the gradient is a new one. */
  abstract record(batch: Batch, length: number, before: number, fresh: boolean): void

  /** What every turn of so many steps or sweeps changed, summed over the rows. */
  abstract read(length: number): Promise<TurnSum[]>

  protected async readSums(sums: GpuBuffer, turns: number): Promise<TurnSum[]> {
    const { gpu, problem } = this.work
    const parts = partsOf(problem.rows)
    const pairs = await gpu.readF32(sums, 0, 2 * parts * turns)
    return Array.from({ length: turns }, (_, turn) => {
      let gain = 0
      let moves = 0
      for (let at = 2 * turn * parts; at < 2 * (turn + 1) * parts; at += 2) {
        gain += pairs[at]
        moves += pairs[at + 1]
      }
      return [gain, moves]
    })
  }

  /** Steps or sweeps that fit into a piece, of which one more is so much work. */
  protected affordable(work: number): number {
    return Math.max(1, Math.floor((SUBMITS * this.work.gpu.workPerSubmit) / work))
  }
}

/** Steps of greedy descent. */
export class GreedyPieces extends Pieces {
  readonly limit: number
  readonly longest: number
  readonly usual: number
  readonly check = CHECK_STEPS
  readonly updates: 1 | 4
  private readonly ledger: GpuBuffer
  private readonly gains: GpuBuffer
  private readonly sums: GpuBuffer

  private constructor(
    work: Work,
    scope: Scope,
    private readonly limits: DescentLimits,
  ) {
    super(work, descentPlaces(naturalOrder(work), work.levels.width), scope)
    const { rows, columns } = work.problem
    this.updates = limits.batch ?? 1
    this.limit = limits.moves === 0 ? 0 : Infinity
    this.usual = Math.ceil(columns / 2 / this.updates)
    const one = descentWork({ rows, columns, steps: 3 }) - descentWork({ rows, columns, steps: 0 })
    const enough = work.truth === work.measure ? this.usual + 8 : Math.ceil(columns / HIDDEN_PIECES)
    this.longest = Math.max(2, Math.min(limits.moves, this.affordable(one), enough))
    this.ledger = scope.buffer('ledger', 8 * rows)
    this.gains = scope.buffer('gains', 8 * rows * Math.max(this.longest, CHECK_STEPS))
    this.sums = scope.buffer('step sums', 8 * partsOf(rows) * (this.longest + CHECK_STEPS))
  }

  static async begin(work: Work, limits: DescentLimits, scope: Scope): Promise<GreedyPieces> {
    const { gpu, problem, codes, levels, measure } = work
    const pieces = new GreedyPieces(work, scope, limits)
    const ledger = new Float32Array(2 * problem.rows)
    // Beyond 2^24 a count of single moves would stand still, which is as good as no limit.
    for (let row = 0; row < problem.rows; row++) ledger[2 * row + 1] = Math.min(limits.moves, 2 ** 30)
    if (limits.tolerance) {
      const batch = gpu.batch('row losses')
      measure.record(batch, codes, levels)
      batch.flush()
      for (const [row, loss] of (await measure.readRows()).entries()) ledger[2 * row] = loss
    }
    gpu.write(pieces.ledger, ledger)
    return pieces
  }

  record(batch: Batch, steps: number, before: number, fresh: boolean): void {
    const { matrix, state, queue, ledger, gains, limits, updates } = this
    const { problem, levels, codes } = this.work
    const { rows, columns } = problem
    const { width, groups, bits, scales } = levels
    const buffers = { matrix, scales, state, codes, ledger, gains, queue }
    const { tolerance = 0 } = limits
    const shape = { rows, columns, width, groups, bits, steps, batch: updates, tolerance, again: fresh }
    batch.clear(gains).clear(queue)
    descent(batch, buffers, shape, this.layout)
    stepSums(batch, { gains, sums: this.sums }, { steps, rows, before })
  }

  read(steps: number): Promise<TurnSum[]> {
    return this.readSums(this.sums, steps)
  }
}

/** Sweeps of cyclic descent, each as many turns as a row has blocks. */
export class SweepPieces extends Pieces {
  readonly limit: number
  readonly longest: number
  readonly usual: number
  readonly check = CHECK_SWEEPS
  readonly updates: number
  private readonly blocks: number
  private readonly history: GpuBuffer
  private readonly gains: GpuBuffer
  private readonly sums: GpuBuffer

  private constructor(work: Work, order: Uint32Array, scope: Scope, limits: DescentLimits) {
    super(work, descentPlaces(order), scope)
    const { rows, columns } = work.problem
    this.limit = limits.sweeps
    this.updates = columns
    this.blocks = sweepBlocks(columns, this.layout)
    this.usual = USUAL_SWEEPS
    const enough = work.truth === work.measure ? USUAL_SWEEPS : 1
    this.longest = Math.min(limits.sweeps, this.affordable(sweepWork({ rows, columns, sweeps: 1 })), enough)
    this.history = scope.buffer('history', 8 * rows * (1 + this.blocks + columns))
    this.gains = scope.buffer('gains', 8 * rows * this.blocks * this.longest)
    this.sums = scope.buffer('turn sums', 8 * partsOf(rows) * this.blocks * (this.longest + CHECK_SWEEPS))
    work.gpu.batch('history').clear(this.history).flush()
  }

  static async begin(work: Work, limits: DescentLimits, scope: Scope): Promise<SweepPieces> {
    const order = limits.order === 'activation' ? await work.problem.hessian.order('activation') : naturalOrder(work)
    return new SweepPieces(work, order, scope, limits)
  }

  record(batch: Batch, sweeps: number, before: number, fresh: boolean): void {
    const { matrix, order, state, queue, history, gains, blocks } = this
    const { problem, levels, codes } = this.work
    const { rows, columns } = problem
    const { width, groups, bits, scales } = levels
    batch.clear(gains).clear(queue)
    const buffers = { matrix, order, scales, state, codes, history, gains, queue }
    sweep(batch, buffers, { rows, columns, width, groups, bits, sweeps, again: fresh }, this.layout)
    stepSums(batch, { gains, sums: this.sums }, { steps: sweeps * blocks, rows, before: before * blocks })
  }

  read(sweeps: number): Promise<TurnSum[]> {
    return this.readSums(this.sums, sweeps * this.blocks)
  }
}

function naturalOrder({ problem }: Work): Uint32Array {
  return Uint32Array.from({ length: problem.columns }, (_, t) => t)
}
