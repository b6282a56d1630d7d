// The buffers of every step without them: what the files in steps/ and descent-pieces.ts hold, in bytes.
import { Holding, type Account } from '../gpu/account.ts'
import type { Gpu } from '../gpu/gpu.ts'
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
import { scheduleOf } from './steps/continuation.ts'

/** What decides how large pieces are. */
export interface SolveDevice extends Pick<Gpu, 'workPerSubmit'> {
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
const PIECE_BYTES = 2 ** 26
const TILE_WORDS = 2 ** 24
const TILE_ROWS = 16

const named = (what: string, { rows, columns }: Pick<WorkMemory, 'rows' | 'columns'>) =>
  `${what}, ${rows.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`

/** By name: what a step holds while it runs. The result, where there is one, holds new levels. */
export const stepMemory: Readonly<Record<string, (work: WorkMemory, values: StepValues) => Disposable | undefined>> = {
  nearest: () => undefined,
  gptq(work, { order, damp }) {
    const { account, rows, columns, hessian, width } = work
    hessian.factor(order as Order, damp as number, width)
    using held = new Holding(account)
    held.hold(GPTQ, 4 * columns * padded(rows), named('corrections of GPTQ', work))
    held.hold(GPTQ, 4 * BLOCK * padded(rows))
    return undefined
  },
  quantease(work) {
    const { account, rows, columns } = work
    using held = new Holding(account)
    held.hold('QuantEase', 4 * rows * columns, named('moving weights', work))
    held.hold('QuantEase', 4 * columns * padded(columns), named('H in order', { rows: columns, columns }))
    held.hold('QuantEase', 4 * columns * padded(rows), named('corrections', work))
    held.hold('QuantEase', 4 * BLOCK * padded(rows))
    for (let i = 0; i < 3; i++) held.hold('QuantEase', 4 * columns)
    return undefined
  },
  cyclic(work, { ridge }) {
    damped(work, ridge as number, (seen) => holdSweeps(seen))
    return undefined
  },
  greedy(work, { ridge, moves, batch }) {
    damped(work, ridge as number, (seen) => holdGreedy(seen, moves as number, batch === '4' ? 4 : 1))
    return undefined
  },
  continuation(work, { rule, from }) {
    const { account, rows, columns, hessian } = work
    const descent = (seen: WorkMemory) => (rule === 'greedy' ? holdGreedy(seen, 100_000, 1) : holdSweeps(seen))
    descent(work)[Symbol.dispose]()
    using held = new Holding(account)
    held.hold(DESCENT, 4 * rows * columns, named('codes of the plain descent', work))
    for (const fraction of scheduleOf(columns, from as number).fractions)
      onHessian(work, hessian.clipped({ fraction, threshold: 0 }), descent)
    return undefined
  },
  block(work, { rounds }) {
    const { account, device, rows, columns, hidden } = work
    {
      using held = new Holding(account)
      const quads = quadsOf(columns)
      const steps = Math.ceil((rounds as number) * columns)
      const enough = hidden ? Math.ceil(steps / HIDDEN_PIECES) : steps
      const affordable = affords(device, blockWork({ rows, columns: 0, steps: 1, quads }))
      const longest = Math.max(1, Math.min(enough, affordable, Math.floor(PIECE_BYTES / (48 * quads + 8 * rows))))
      held.hold(DESCENT, 16 * quads * longest)
      held.hold(DESCENT, couplingsBytes({ columns, steps: longest, quads }))
      held.hold(DESCENT, openingsBytes(rows, columns), named('openings of block descent', work))
      held.hold(DESCENT, 8 * rows * longest)
      held.hold(DESCENT, 8 * partsOf(rows) * longest)
    }
    holdGreedy(work, 2 ** 30, 1)[Symbol.dispose]()
    return undefined
  },
  refit(work, { zeros, rounds }) {
    const { account, device, rows, columns, width, groups } = work
    const levels = new Holding(account)
    const round = () => {
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
    }
    round()
    if ((rounds as number) > 1) {
      holdGreedy(work, 2 ** 30, 1)[Symbol.dispose]()
      // The levels of the round before are freed once the next ones are there.
      const before = new Holding(account)
      for (let i = 0; i < 2; i++) before.hold(REFIT, 4 * rows * groups)
      round()
      before[Symbol.dispose]()
      levels[Symbol.dispose]()
      for (let i = 0; i < 2; i++) levels.hold(REFIT, 4 * rows * groups)
    }
    return levels
  },
}

/** With damping the moves are measured apart from the truth. */
function damped(work: WorkMemory, ridge: number, descent: (seen: WorkMemory) => Disposable): void {
  onHessian(work, work.hessian.damped(ridge), descent)
}

function onHessian(work: WorkMemory, hessian: HessianMemory, descent: (seen: WorkMemory) => Disposable): void {
  const other = hessian !== work.hessian
  using held = new Holding(work.account)
  if (other) holdMeasure(held, work)
  descent(other ? { ...work, hessian, hidden: true } : work)[Symbol.dispose]()
}

const affords = ({ workPerSubmit }: SolveDevice, work: number) =>
  Math.max(1, Math.floor((SUBMITS * workPerSubmit) / work))

function holdPieces(work: WorkMemory, stride: number): Holding {
  const { account, rows, columns } = work
  const held = new Holding(account)
  held.hold(DESCENT, 4 * stride)
  held.hold(DESCENT, 4 * (columns + 1) * stride, named('H of descents', { rows: columns + 1, columns: stride }))
  held.hold(DESCENT, 4 * (rows + 1) * stride, named('gradients of descents', { rows: rows + 1, columns: stride }))
  held.hold(DESCENT, 4)
  return held
}

function holdGreedy(work: WorkMemory, moves: number, batch: 1 | 4): Disposable {
  const { device, rows, columns, width, hidden } = work
  const held = holdPieces(work, descentStride(columns, width))
  const usual = Math.ceil(columns / 2 / batch)
  const one = descentWork({ rows, columns, steps: 3 }) - descentWork({ rows, columns, steps: 0 })
  const enough = hidden ? Math.ceil(columns / HIDDEN_PIECES) : usual + 8
  const longest = Math.max(2, Math.min(moves, affords(device, one), enough))
  held.hold(DESCENT, 8 * rows)
  held.hold(DESCENT, 8 * rows * Math.max(longest, CHECK_STEPS), `gains of ${longest} steps of ${rows} rows`)
  held.hold(DESCENT, 8 * partsOf(rows) * (longest + CHECK_STEPS))
  return held
}

function holdSweeps(work: WorkMemory): Disposable {
  const { device, rows, columns, hidden } = work
  const stride = descentStride(columns)
  const held = holdPieces(work, stride)
  const { blocks, work: one } = sweepTurns({ rows, columns }, device.layout(stride))
  const longest = Math.min(affords(device, one), hidden ? blocks : USUAL_SWEEPS * blocks)
  held.hold(DESCENT, 8 * rows * (1 + blocks + columns), named('moves of sweeps', work))
  held.hold(DESCENT, 8 * rows * Math.ceil(longest / SUBMITS), `gains of ${rows} rows`)
  held.hold(DESCENT, 8 * partsOf(rows) * (longest + blocks))
  return held
}
