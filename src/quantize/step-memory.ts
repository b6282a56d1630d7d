// The buffers of every step without them: what the files in steps/ and descent-pieces.ts hold, in bytes. A step pauses
// where it has something to show: of a layer that is solved in parts the others then have their turn.
import { Holding, type Account } from '../gpu/account.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { bindableBytes, tileHeight, type Limits } from '../gpu/row-tiles.ts'
import { couplingsBytes } from '../kernels/block-couplings.ts'
import { blockWork, openingsBytes } from '../kernels/block-thread.ts'
import { quadsOf } from '../kernels/block.ts'
import { BLOCK } from '../kernels/cholesky-block.ts'
import { descentStride } from '../kernels/descent-columns.ts'
import { sweepTurns } from '../kernels/descent-sweep.ts'
import { descentWork } from '../kernels/descent-thread.ts'
import type { DescentLayout } from '../kernels/descent.ts'
import { padded } from '../kernels/rank-update.ts'
import { entriesOf, unknownsOf } from '../kernels/refit-normal.ts'
import { partsOf } from '../kernels/step-sums.ts'
import type { HessianMemory } from './hessian-memory.ts'
import { holdMeasure } from './measure-memory.ts'
import type { Order } from './order.ts'
import { TENSOR } from './problem.ts'
import { scheduleOf } from './steps/continuation.ts'

/** What decides how large pieces are. */
export interface SolveDevice extends Pick<Gpu, 'workPerSubmit'> {
  adapter: Limits
  /** The shape of descents for rows of so many places. */
  layout(stride: number): DescentLayout
}

/** A step's work, as far as memory goes. */
export interface WorkMemory {
  account: Account
  device: SolveDevice
  rows: number
  columns: number
  /** What solvers see. */
  hessian: HessianMemory
  width: number
  groups: number
  group: number
  /** The truth is measured apart from what solvers see. */
  hidden: boolean
}

export type StepValues = Readonly<Record<string, number | string | boolean>>

export const DESCENT = 'Descent'
export const GPTQ = 'GPTQ'
const REFIT = 'Refit'

const SUBMITS = 3
const CHECK_STEPS = 4
const USUAL_SWEEPS = 10
const HIDDEN_PIECES = 32
const TILED_STEPS = 256
const PIECE_BYTES = 2 ** 26
const TILE_WORDS = 2 ** 24
const TILE_ROWS = 16

const named = (what: string, { rows, columns }: Pick<WorkMemory, 'rows' | 'columns'>) =>
  `${what}, ${rows.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`

/** What a step holds while it runs. The result, where there is one, holds new levels. */
type StepMemory = Generator<void, Disposable | undefined>

/** By name. */
export const stepMemory: Readonly<Record<string, (work: WorkMemory, values: StepValues) => StepMemory>> = {
  *nearest() {
    return undefined
  },
  *gptq(work, { order, damp }) {
    const { account, rows, columns, hessian, width } = work
    hessian.factor(order as Order, damp as number, width)
    using held = new Holding(account)
    held.hold(GPTQ, 4 * columns * padded(rows), named('corrections of GPTQ', work))
    held.hold(GPTQ, 4 * BLOCK * padded(rows))
    return undefined
  },
  *quantease(work) {
    const { account, rows, columns } = work
    using held = new Holding(account)
    held.hold('QuantEase', 4 * rows * columns, named('moving weights', work))
    held.hold('QuantEase', 4 * columns * padded(columns), named('H in order', { rows: columns, columns }))
    held.hold('QuantEase', 4 * columns * padded(rows), named('corrections', work))
    held.hold('QuantEase', 4 * BLOCK * padded(rows))
    for (let i = 0; i < 3; i++) held.hold('QuantEase', 4 * columns)
    return undefined
  },
  *cyclic(work, { ridge }) {
    yield* onHessian(work, work.hessian.damped(ridge as number), sweeps)
    return undefined
  },
  *greedy(work, { ridge, moves, batch }) {
    const descent = (seen: WorkMemory) => greedy(seen, moves as number, batch === '4' ? 4 : 1)
    // With damping the moves are measured apart from the truth.
    yield* onHessian(work, work.hessian.damped(ridge as number), descent)
    return undefined
  },
  *continuation(work, { rule, from }) {
    const { account, rows, columns, hessian } = work
    const descent = (seen: WorkMemory) => (rule === 'greedy' ? greedy(seen, 100_000, 1) : sweeps(seen))
    yield* descent(work)
    using held = new Holding(account)
    held.hold(DESCENT, 4 * rows * columns, named('codes of the plain descent', work))
    for (const fraction of scheduleOf(columns, from as number).fractions)
      yield* onHessian(work, hessian.clipped({ fraction, threshold: 0 }), descent)
    return undefined
  },
  *block(work, { rounds }) {
    const { account, device, rows, columns, hidden } = work
    {
      using held = new Holding(account)
      const quads = quadsOf(columns)
      const steps = Math.ceil((rounds as number) * columns)
      const enough = hidden ? Math.ceil(steps / HIDDEN_PIECES) : steps
      const affordable = affords(device, blockWork({ rows, columns: 0, steps: 1, quads }))
      const [pair, row] = [48 * quads, 8 * rows]
      const room = bindableBytes(device.adapter) - couplingsBytes({ columns, steps: 0, quads: 0 })
      const fitting = Math.min(room / Math.max(pair, row), PIECE_BYTES / (pair + row))
      const longest = Math.max(1, Math.min(enough, affordable, Math.floor(fitting)))
      held.hold(DESCENT, 16 * quads * longest)
      held.hold(DESCENT, couplingsBytes({ columns, steps: longest, quads }))
      held.hold(DESCENT, openingsBytes(rows, columns), named('openings of block descent', work))
      held.hold(DESCENT, 8 * rows * longest)
      held.hold(DESCENT, 8 * partsOf(rows) * longest)
      yield
    }
    // As if it always moved something: one that does not is over before the other parts begin theirs.
    yield* greedy(work, 2 ** 30, 1)
    return undefined
  },
  *refit(work, { zeros, rounds }) {
    const { account, device, rows, columns, width, groups, group } = work
    const levels = new Holding(account)
    function* round() {
      using held = new Holding(account)
      const stride = padded(columns)
      if (stride !== columns)
        held.hold(REFIT, 4 * columns * stride, named('H with padded rows', { rows: columns, columns }))
      const size = { columns, width, groups, offsets: zeros === 'real' }
      const affordable = Math.min(
        TILE_WORDS / (2 * columns + entriesOf(size)),
        (6 * device.workPerSubmit) / unknownsOf(size) ** 3,
      )
      const most = Math.max(1, Math.floor(affordable / TILE_ROWS))
      const tile = TILE_ROWS * Math.min(most, Math.ceil(rows / TILE_ROWS))
      held.hold(REFIT, 4 * columns * groups)
      for (let i = 0; i < 2; i++) held.hold(REFIT, 4 * columns * tile)
      held.hold(REFIT, 4 * tile * entriesOf(size), `normal equations of ${tile} rows`)
      for (let i = 0; i < 2; i++) levels.hold(REFIT, 4 * rows * groups)
      held.hold(REFIT, 4 * rows)
      // For the system of all rows.
      if (group === TENSOR) yield
    }
    yield
    yield* round()
    yield
    if ((rounds as number) > 1) {
      yield* greedy(work, 2 ** 30, 1)
      // The levels of the round before are freed once the next ones are there.
      const before = new Holding(account)
      for (let i = 0; i < 2; i++) before.hold(REFIT, 4 * rows * groups)
      yield* round()
      yield
      before[Symbol.dispose]()
      levels[Symbol.dispose]()
      for (let i = 0; i < 2; i++) levels.hold(REFIT, 4 * rows * groups)
    }
    return levels
  },
}

function* onHessian(
  work: WorkMemory,
  hessian: HessianMemory,
  descent: (seen: WorkMemory) => Generator<void>,
): Generator<void> {
  const other = hessian !== work.hessian
  using held = new Holding(work.account)
  if (other) holdMeasure(held, work)
  yield* descent(other ? { ...work, hessian, hidden: true } : work)
}

const affords = ({ workPerSubmit }: SolveDevice, work: number) =>
  Math.max(1, Math.floor((SUBMITS * workPerSubmit) / work))

/** H lies in tiles, each with a row to spare. */
function holdPieces({ account, device, rows, columns }: WorkMemory, stride: number): Holding & { tiles: number } {
  const held = new Holding(account)
  const tiles = Math.ceil(columns / tileHeight(device.adapter, columns, stride, 1))
  held.hold(DESCENT, 4 * stride)
  held.hold(DESCENT, 4 * (columns + tiles) * stride, named('H of descents', { rows: columns + tiles, columns: stride }))
  held.hold(DESCENT, 4 * (rows + 1) * stride, named('gradients of descents', { rows: rows + 1, columns: stride }))
  held.hold(DESCENT, 4)
  return Object.assign(held, { tiles })
}

function* greedy(work: WorkMemory, moves: number, batch: 1 | 4): Generator<void> {
  const { device, rows, columns, width, hidden } = work
  using held = holdPieces(work, descentStride(columns, width))
  const usual = Math.ceil(columns / 2 / batch)
  const one = descentWork({ rows, columns, steps: 3 }) - descentWork({ rows, columns, steps: 0 })
  const enough = hidden ? Math.ceil(columns / HIDDEN_PIECES) : usual + 8
  const tiled = held.tiles === 1 ? Infinity : TILED_STEPS
  const longest = Math.max(2, Math.min(moves, affords(device, one), enough, tiled))
  held.hold(DESCENT, 8 * rows)
  held.hold(DESCENT, 8 * rows)
  held.hold(DESCENT, 8 * rows * Math.max(longest, CHECK_STEPS), `gains of ${longest} steps of ${rows} rows`)
  held.hold(DESCENT, 8 * partsOf(rows) * (longest + CHECK_STEPS))
  yield
}

function* sweeps(work: WorkMemory): Generator<void> {
  const { device, rows, columns, hidden } = work
  const stride = descentStride(columns)
  using held = holdPieces(work, stride)
  const layout = held.tiles === 1 ? device.layout(stride) : 'thread'
  const { blocks, work: one } = sweepTurns({ rows, columns }, layout)
  const longest = Math.min(affords(device, one), hidden ? blocks : USUAL_SWEEPS * blocks)
  held.hold(DESCENT, 8 * rows * (1 + blocks + columns), named('moves of sweeps', work))
  held.hold(DESCENT, 8 * rows * Math.ceil(longest / SUBMITS), `gains of ${rows} rows`)
  held.hold(DESCENT, 8 * partsOf(rows) * (longest + blocks))
  yield
}
