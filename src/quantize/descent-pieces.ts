// The buffers of a descent and its pieces: so many steps of every row. A step of greedy descent is a move, or a few at
// once; one of cyclic descent is the turn of a block of columns.
import type { Batch } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import { RowTiles, type Tiled } from '../gpu/row-tiles.ts'
import type { Scope } from '../gpu/scope.ts'
import { descentColumns, descentPlaces } from '../kernels/descent-columns.ts'
import { sweep, sweepTurns } from '../kernels/descent-sweep.ts'
import { descentWork } from '../kernels/descent-thread.ts'
import { descent, descentLayout, type DescentLayout } from '../kernels/descent.ts'
import { partsOf, stepSums } from '../kernels/step-sums.ts'
import type { DescentLimits } from './descent.ts'
import type { Work } from './stage.ts'

/** Submits' worth of work in one piece: a stop waits for so many. */
const SUBMITS = 3
/** Steps of a greedy piece that looks for moves which a fresh gradient still allows; a cyclic one is a sweep. */
const CHECK_STEPS = 4
/** Sweeps after which most descents have ended. */
const USUAL_SWEEPS = 10
/** Steps of a greedy piece where the matrix lies in several tiles: each may take a turn of all of them. */
const TILED_STEPS = 256
/** Pieces of a curve whose points are measured one by one. */
const HIDDEN_PIECES = 32

/** What one step changed in the objective, and in how many moves. */
export type StepSum = [gain: number, moves: number]

/** What the two kinds have in common. */
export abstract class Pieces {
  /** Steps of the whole descent at most, of a piece, of one that nearly always ends it, and of a check. */
  abstract readonly limit: number
  abstract readonly longest: number
  abstract readonly usual: number
  abstract readonly check: number
  /** Updates of a row's gradient by one step, at most. */
  abstract readonly updates: number
  /** A descent ends with so many steps that move nothing. */
  abstract readonly span: number
  /** Buffers that hold the matrix. */
  readonly tiles: number
  protected readonly layout: DescentLayout
  protected readonly matrix: RowTiles
  protected readonly state: GpuBuffer
  protected readonly queue: GpuBuffer
  protected readonly order: GpuBuffer
  private readonly stride: number

  /** `places`: the columns in their places. `ordered`: the rows of the matrix are in their places, too. */
  protected constructor(
    protected readonly work: Work,
    places: Uint32Array,
    scope: Scope,
    ordered: boolean,
  ) {
    const { gpu, problem } = work
    const { rows, columns } = problem
    const stride = (this.stride = places.length)
    this.order = scope.upload('places', places)
    this.matrix = scope.own(RowTiles.create(gpu, 'descent matrix', columns, stride, { spare: 1 }))
    this.tiles = this.matrix.tiles.length
    // Only threads can wait for a tile.
    this.layout = this.matrix.whole ? descentLayout(gpu, stride) : 'thread'
    this.state = scope.buffer('descent state', 4 * (rows + 1) * stride)
    this.queue = scope.buffer('queue', 4)
    const batch = gpu.batch('descent matrix')
    this.derive(batch, problem.hessian.matrix, this.matrix, columns, ordered)
    batch.flush()
  }

  private derive(batch: Batch, matrix: Tiled, scaled: Tiled, rows: number, ordered = false): void {
    const { columns, hessian } = this.work.problem
    const { order, stride } = this
    descentColumns(batch, { matrix, diagonal: hessian.diagonal, order, scaled }, { rows, columns, stride, ordered })
  }

  /** Records a new beginning, from the gradient that the measure has. */
  restart(batch: Batch): void {
    this.derive(batch, this.work.measure.product, this.state, this.work.problem.rows)
  }

  /** Records a piece; its sums go behind those of `before` steps. `fresh`: the gradient is a new one. */
  abstract record(batch: Batch, steps: number, before: number, fresh: boolean): void

  /** What every one of so many steps changed, summed over the rows. */
  abstract read(steps: number): Promise<StepSum[]>

  protected async readSums(sums: GpuBuffer, steps: number): Promise<StepSum[]> {
    const { gpu, problem } = this.work
    const parts = partsOf(problem.rows)
    const pairs = await gpu.readF32(sums, 0, 2 * parts * steps)
    return Array.from({ length: steps }, (_, step) => {
      let gain = 0
      let moves = 0
      for (let at = 2 * step * parts; at < 2 * (step + 1) * parts; at += 2) {
        gain += pairs[at]
        moves += pairs[at + 1]
      }
      return [gain, moves]
    })
  }

  /** Steps that fit into a piece, of which one more is so much work. */
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
  readonly span = 1
  private readonly ledger: GpuBuffer
  private readonly waiting: GpuBuffer
  private readonly gains: GpuBuffer
  private readonly sums: GpuBuffer

  private constructor(
    work: Work,
    scope: Scope,
    private readonly limits: DescentLimits,
  ) {
    super(work, descentPlaces(naturalOrder(work), work.levels.width), scope, false)
    const { rows, columns } = work.problem
    this.updates = limits.batch ?? 1
    this.limit = limits.moves === 0 ? 0 : Infinity
    this.usual = Math.ceil(columns / 2 / this.updates)
    const one = descentWork({ rows, columns, steps: 3 }) - descentWork({ rows, columns, steps: 0 })
    const enough = work.truth === work.measure ? this.usual + 8 : Math.ceil(columns / HIDDEN_PIECES)
    const tiled = this.matrix.whole ? Infinity : TILED_STEPS
    this.longest = Math.max(2, Math.min(limits.moves, this.affordable(one), enough, tiled))
    this.ledger = scope.buffer('ledger', 8 * rows)
    this.waiting = scope.buffer('waiting', 8 * rows)
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
    const { matrix, state, queue, ledger, waiting, gains, limits, updates } = this
    const { problem, levels, codes } = this.work
    const { rows, columns } = problem
    const { width, groups, bits, scales } = levels
    const buffers = { matrix, scales, state, codes, ledger, gains, queue, waiting }
    const { tolerance = 0 } = limits
    const shape = { rows, columns, width, groups, bits, steps, batch: updates, tolerance, again: fresh }
    batch.clear(gains).clear(queue)
    descent(batch, buffers, shape, this.layout)
    stepSums(batch, { gains, sums: this.sums }, { steps, rows, before })
  }

  read(steps: number): Promise<StepSum[]> {
    return this.readSums(this.sums, steps)
  }
}

/** Turns of the blocks of a row in cyclic descent. */
export class SweepPieces extends Pieces {
  readonly limit: number
  readonly longest: number
  readonly usual: number
  readonly check: number
  readonly updates: number
  readonly span: number
  /** Turns of one submit. */
  private readonly most: number
  private turn = 0
  private readonly history: GpuBuffer
  private readonly gains: GpuBuffer
  private readonly sums: GpuBuffer

  private constructor(work: Work, order: Uint32Array, scope: Scope, limits: DescentLimits) {
    super(work, descentPlaces(order), scope, true)
    const { rows, columns } = work.problem
    const { block, blocks, work: one } = sweepTurns({ rows, columns }, this.layout)
    this.span = this.check = blocks
    this.updates = block
    this.limit = limits.sweeps * blocks
    this.usual = USUAL_SWEEPS * blocks
    const enough = work.truth === work.measure ? this.usual : blocks
    this.longest = Math.min(this.limit, this.affordable(one), enough)
    this.most = Math.ceil(this.longest / SUBMITS)
    this.history = scope.buffer('history', 8 * rows * (1 + blocks + columns))
    this.gains = scope.buffer('gains', 8 * rows * this.most)
    this.sums = scope.buffer('turn sums', 8 * partsOf(rows) * (this.longest + blocks))
  }

  static async begin(work: Work, limits: DescentLimits, scope: Scope): Promise<SweepPieces> {
    const order = limits.order === 'activation' ? await work.problem.hessian.order('activation') : naturalOrder(work)
    return new SweepPieces(work, order, scope, limits)
  }

  override restart(batch: Batch): void {
    super.restart(batch)
    batch.clear(this.history)
    this.turn = 0
  }

  record(batch: Batch, turns: number, before: number): void {
    const { matrix, order, state, queue, history, gains, span } = this
    const { problem, levels, codes } = this.work
    const { rows, columns } = problem
    const { width, groups, bits, scales } = levels
    const buffers = { matrix, order, scales, state, codes, history, gains, queue }
    for (let done = 0; done < turns; done += this.most) {
      const steps = Math.min(this.most, turns - done)
      batch.clear(gains).clear(queue)
      sweep(batch, buffers, { rows, columns, width, groups, bits, first: this.turn, turns: steps }, this.layout)
      stepSums(batch, { gains, sums: this.sums }, { steps, rows, before: before + done })
      this.turn = (this.turn + steps) % span
    }
  }

  read(turns: number): Promise<StepSum[]> {
    return this.readSums(this.sums, turns)
  }
}

function naturalOrder({ problem }: Work): Uint32Array {
  return Uint32Array.from({ length: problem.columns }, (_, t) => t)
}
