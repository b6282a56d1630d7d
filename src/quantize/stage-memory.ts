// The buffers of grids and transforms without them: what the files in grids/ and transforms/ hold, in bytes.
import { Holding, type Account } from '../gpu/account.ts'
import { clipFactors } from '../kernels/clip-errors.ts'
import { padded } from '../kernels/rank-update.ts'
import { random } from '../math/random.ts'
import { HessianMemory, HESSIANS } from './hessian-memory.ts'
import { groupsOf } from './problem.ts'
import type { StepValues } from './step-memory.ts'
import { subspaces } from './transforms/frame.ts'
import { randomizedHadamard } from './transforms/hadamard.ts'

export const LEVELS = 'Levels'
const CLIPPING = 'Search for levels'
export const TRANSFORMED = 'Transformed layer'

/** Bytes of errors at several factors that are held at once. */
const HELD_BYTES = 2 ** 25

export interface LayerSize {
  rows: number
  columns: number
}

/** Levels of a grid, held until disposed of; the search for them is over by then. */
export function gridMemory(
  account: Account,
  name: string,
  values: StepValues,
  { rows, columns }: LayerSize,
  group: number,
): Disposable {
  const { width, groups } = groupsOf(columns, group)
  const levels = new Holding(account)
  {
    using ranges = new Holding(account)
    ranges.hold(LEVELS, 8 * rows * groups)
    if (name === 'rms' || name === 'sigma') for (let i = 0; i < 3; i++) ranges.hold(LEVELS, 4 * rows * groups)
    for (let i = 0; i < 2; i++) levels.hold(LEVELS, 4 * rows * groups)
  }
  if (!name.startsWith('clip') && name !== 'owc') return levels
  using search = new Holding(account)
  const count = clipFactors(values.lowest as number).length
  search.hold(CLIPPING, 4 * count)
  search.hold(CLIPPING, 4 * rows * groups * count, `errors at ${count} factors`)
  search.hold(CLIPPING, 4 * rows * groups)
  if (name === 'clip-plain') search.hold(CLIPPING, 8 * columns)
  if (name !== 'owc' && name !== 'clip-block') return levels
  const most = padded(Math.min(name === 'clip-block' && groups === 1 ? (values.block as number) : width, width))
  const together = Math.min(count, Math.max(1, Math.floor(HELD_BYTES / (4 * rows * most))))
  for (let i = 0; i < 2; i++) search.hold(CLIPPING, 4 * together * rows * most, `errors of ${rows} rows`)
  search.hold(CLIPPING, 4 * most * most, 'a block of H')
  if (name === 'owc' && columns > group && group > 0) {
    search.hold(CLIPPING, 4 * rows * padded(columns), 'errors E of clipping')
    search.hold(CLIPPING, 4 * rows * padded(width))
    search.hold(CLIPPING, 4 * padded(width) * padded(columns), 'rows of H')
  }
  return levels
}

/** A transformed problem, held until disposed of. */
export interface TransformedMemory extends LayerSize, Disposable {
  hessian: HessianMemory
  /** What the way back of ŵ holds, at most, and then ŵ itself; absent where the problem is the layer's own. */
  restore?: () => Disposable
}

/** Sizes that a vector has after each factor of a transform. */
type Passes = number[]

export function transformMemory(
  account: Account,
  name: string,
  values: StepValues,
  problem: LayerSize & { hessian: HessianMemory; shift: boolean },
  group: number,
): TransformedMemory {
  const { rows, columns, hessian, shift } = problem
  if (name === 'none') return { rows, columns, hessian, [Symbol.dispose]: () => undefined }
  if (name === 'channel-scale') channelScale(account, values.points as number, problem, group)
  const [left, right] = [rows, columns].map((size) => passesOf(name, size, values))
  const held = new Holding(account)
  const there = (what: string, label: string, size: LayerSize, sides: [Passes, Passes]) =>
    passed(account, label, what, size, sides)
  held.own(there("W'", TRANSFORMED, { rows, columns }, [left, right]))
  const inside = { rows: left.at(-1) ?? rows, columns: right.at(-1) ?? columns }
  const matrix = there("H'", HESSIANS, { rows: columns, columns }, [right, right])
  const changed = held.own(new HessianMemory(account, matrix, inside.columns))
  if (shift) held.own(there("S'", TRANSFORMED, { rows, columns }, [left, right]))
  return {
    ...inside,
    hessian: changed,
    restore: () => {
      const sizes = [...right.toReversed().slice(1), ...(right.length ? [columns] : [])].map((n) => inside.rows * n)
      sizes.push(...[...left.toReversed().slice(1), ...(left.length ? [rows] : [])].map((n) => n * columns))
      using back = new Holding(account)
      let last: Disposable | undefined
      for (const size of sizes) {
        const next = back.hold(TRANSFORMED, 4 * size)
        last?.[Symbol.dispose]()
        last = next
      }
      return account.hold(TRANSFORMED, 4 * rows * columns, 'restored weights')
    },
    [Symbol.dispose]: () => held[Symbol.dispose](),
  }
}

/** The source stays while two passes are held; then the last one alone. */
function passed(
  account: Account,
  label: string,
  what: string,
  { rows, columns }: LayerSize,
  [left, right]: [Passes, Passes],
): Disposable {
  const sizes = right.map((n) => rows * n)
  const wide = right.at(-1) ?? columns
  sizes.push(...left.map((n) => n * wide))
  const detail = `${what}, ${(left.at(-1) ?? rows).toLocaleString('en-US')} × ${wide.toLocaleString('en-US')}`
  const first = account.hold(label, 4 * rows * columns, detail)
  if (!sizes.length) return first
  let last: Disposable | undefined
  for (const size of sizes) {
    const next = account.hold(label, 4 * size, detail)
    last?.[Symbol.dispose]()
    last = next
  }
  first[Symbol.dispose]()
  return last!
}

function passesOf(name: string, size: number, values: StepValues): Passes {
  if (name === 'channel-scale') return []
  const mixed = randomizedHadamard(size, random(1)).factors.map(() => size)
  if (name !== 'frame') return mixed
  const { k, l } = subspaces(size, values.redundancy as number)
  return k === 1 ? mixed : [...mixed, k * l]
}

/** Trying the exponents. */
function channelScale(account: Account, points: number, { rows, columns }: LayerSize, group: number): void {
  using held = new Holding(account)
  for (let i = 0; i < 4; i++) held.hold(TRANSFORMED, 4 * rows * columns, 'a scaled layer')
  held.hold(TRANSFORMED, 4 * rows * (points + 2))
  held.hold(TRANSFORMED, 8 * columns)
  gridMemory(account, 'minmax', {}, { rows, columns }, group)[Symbol.dispose]()
}
