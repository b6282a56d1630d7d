// The buffers of grids without them: what the files in grids/ hold, in bytes.
import { Holding, type Account } from '../gpu/account.ts'
import { bindableBytes } from '../gpu/row-tiles.ts'
import { clipFactors } from '../kernels/clip-errors.ts'
import { padded } from '../kernels/rank-update.ts'
import { groupsOf, TENSOR } from './problem.ts'
import type { SolveDevice, StepValues } from './step-memory.ts'

const LEVELS = 'Levels'
const CLIPPING = 'Search for levels'

/** Bytes of errors at several factors that are held at once. */
const HELD_BYTES = 2 ** 25

export interface LayerSize {
  rows: number
  columns: number
}

/** The group that a grid has where the plan asks for `group`. */
export const gridGroup = ({ per }: StepValues, group: number) => (per === 'layer' ? TENSOR : group)

/**
 * Levels of a grid, held until disposed of; the search for them is over by then. Where all rows of a layer have one
 * scale it yields the width of what they pool.
 */
export function* gridMemory(
  account: Account,
  { adapter }: Pick<SolveDevice, 'adapter'>,
  name: string,
  values: StepValues,
  { rows, columns }: LayerSize,
  group: number,
): Generator<number, Disposable> {
  const { width, groups } = groupsOf(columns, group)
  const levels = new Holding(account)
  {
    using ranges = new Holding(account)
    ranges.hold(LEVELS, 8 * rows * groups)
    if (name === 'rms' || name === 'sigma') for (let i = 0; i < 3; i++) ranges.hold(LEVELS, 4 * rows * groups)
    if (group === TENSOR) yield 2 * groups
    for (let i = 0; i < 2; i++) levels.hold(LEVELS, 4 * rows * groups)
  }
  if (!name.startsWith('clip') && name !== 'owc') return levels
  using search = new Holding(account)
  const count = clipFactors(values.lowest as number).length
  search.hold(CLIPPING, 4 * count)
  search.hold(CLIPPING, 4 * rows * groups * count, `errors at ${count} factors`)
  search.hold(CLIPPING, 4 * rows * groups)
  if (name === 'clip-plain') search.hold(CLIPPING, 8 * columns)
  if (name === 'owc' || name === 'clip-block') {
    const most = padded(Math.min(name === 'clip-block' && groups === 1 ? (values.block as number) : width, width))
    const held = Math.min(HELD_BYTES, bindableBytes(adapter))
    const together = Math.min(count, Math.max(1, Math.floor(held / (4 * rows * most))))
    for (let i = 0; i < 2; i++) search.hold(CLIPPING, 4 * together * rows * most, `errors of ${rows} rows`)
    search.hold(CLIPPING, 4 * most * most, 'a block of H')
  }
  if (name === 'owc' && columns > group && group > 0) {
    search.hold(CLIPPING, 4 * rows * padded(columns), 'errors E of clipping')
    search.hold(CLIPPING, 4 * rows * padded(width))
    search.hold(CLIPPING, 4 * padded(width) * padded(columns), 'rows of H')
  }
  if (group === TENSOR) yield groups * count
  return levels
}

/** Those of parts of a layer that pool their values, all at the same time. */
export function together(account: Account, rows: number, runs: readonly Generator<number, unknown>[]): void {
  for (;;) {
    const widths = runs.flatMap((run) => {
      const { done, value } = run.next()
      return done ? [] : [value as number]
    })
    if (!widths.length) return
    account.hold(LEVELS, 4 * rows * widths[0])[Symbol.dispose]()
  }
}

/** What a generator comes to; where it would pause does not matter. */
export function drained<T>(run: Generator<unknown, T>): T {
  for (;;) {
    const next = run.next()
    if (next.done) return next.value
  }
}
