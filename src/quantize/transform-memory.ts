// The buffers of transforms without them: what the files in transforms/ hold, in bytes.
import { Holding, type Account } from '../gpu/account.ts'
import { bindableBytes, tileHeight } from '../gpu/row-tiles.ts'
import { packedBytes } from '../kernels/butterfly.ts'
import { gridMemory, together, type LayerSize } from './grid-memory.ts'
import { HessianMemory, HESSIANS } from './hessian-memory.ts'
import { TENSOR } from './problem.ts'
import type { SolveDevice, StepValues } from './step-memory.ts'
import { subspaces } from './transforms/frame.ts'
import { passOrders } from './transforms/hadamard.ts'

export const TRANSFORMED = 'Transformed layer'

/** A factor of a mixing, and the size that a vector has after it. */
interface Pass {
  inputs: number
  outputs: number
  size: number
}
type Passes = readonly Pass[]
type Sides = readonly [left: Passes, right: Passes]

const shape = ({ rows, columns }: LayerSize) => `${rows.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`

/** A transform of layers of one size. */
export class TransformMemory {
  private readonly sides: Sides
  /** Of the layer in the other basis. */
  readonly inside: LayerSize

  constructor(
    private readonly account: Account,
    private readonly device: SolveDevice,
    private readonly name: string,
    private readonly values: StepValues,
    private readonly size: LayerSize,
  ) {
    const { rows, columns } = size
    const [left, right] = (this.sides = [passesOf(name, rows, values), passesOf(name, columns, values)])
    this.inside = { rows: after(left, rows), columns: after(right, columns) }
  }

  /** Choosing it, by rows that may come in parts. */
  choose(rows: readonly number[], group: number): void {
    if (this.name !== 'channel-scale') return
    const { account, values } = this
    const runs = rows.map((count) => this.scaling({ ...this.size, rows: count }, values.points as number, group))
    if (group === TENSOR) together(account, this.size.rows, runs)
    else for (const run of runs) together(account, 0, [run])
  }

  /** W' or S' in one buffer, held until disposed of. */
  there(what: string): Disposable {
    return this.forward(TRANSFORMED, this.size, this.sides, `${what}, ${shape(this.inside)}`)
  }

  /** The same in tiles. */
  thereInTiles(): Disposable {
    return this.forwardTiles(TRANSFORMED, this.size, this.sides)
  }

  /** H'; `columns` of H. */
  hessian(): HessianMemory {
    const { account, device, sides, size, inside } = this
    const [before, end] = [size.columns, inside.columns].map((n) => ({ rows: n, columns: n }))
    const both = [sides[1], sides[1]] as const
    const whole = 4 * Math.max(before.rows, end.rows) ** 2 <= bindableBytes(device.adapter)
    const matrix = whole
      ? this.forward(HESSIANS, before, both, `H', ${shape(end)}`)
      : this.turned(HESSIANS, before, both, `H', ${shape(end)}`)
    return new HessianMemory(account, matrix, inside.columns)
  }

  /** The way back of ŵ in one buffer, and then ŵ, held until disposed of. */
  back(): Disposable {
    const { account, size, inside } = this
    const [left, right] = this.reversed()
    using held = new Holding(account)
    const last = this.passes(TRANSFORMED, inside.rows, size.columns, [left, right])
    if (last) held.own(last)
    return account.hold(TRANSFORMED, 4 * size.rows * size.columns, `restored weights, ${shape(size)}`)
  }

  /** The same in tiles. */
  backInTiles(): Disposable {
    using mixed = this.forwardTiles(TRANSFORMED, this.inside, this.reversed())
    void mixed
    return this.along(TRANSFORMED, this.size, [])
  }

  private reversed(): Sides {
    const turn = (passes: Passes, size: number) =>
      passes
        .map(({ inputs, outputs }, i) => ({ inputs: outputs, outputs: inputs, size: passes[i - 1]?.size ?? size }))
        .reverse()
    return [turn(this.sides[0], this.size.rows), turn(this.sides[1], this.size.columns)]
  }

  /** `forward` of passes.ts: the source stays while two passes are held; then the last one alone. */
  private forward(label: string, { rows, columns }: LayerSize, sides: Sides, detail?: string): Disposable {
    const first = this.account.hold(label, 4 * rows * columns, detail)
    const last = this.passes(label, rows, after(sides[1], columns), sides, detail)
    if (!last) return first
    first[Symbol.dispose]()
    return last
  }

  /** What the passes leave, where there are any; `rows` are those of the source, `wide` the columns in the end. */
  private passes(label: string, rows: number, wide: number, [left, right]: Sides, detail?: string) {
    const { account } = this
    let last: Disposable | undefined
    const numbers = [...right.map(({ size }) => rows * size), ...left.map(({ size }) => size * wide)]
    for (const [i, pass] of [...right, ...left].entries()) {
      const next = account.hold(label, 4 * numbers[i], detail)
      account.hold(label, packedBytes(pass))[Symbol.dispose]()
      last?.[Symbol.dispose]()
      last = next
    }
    return last
  }

  /** `forwardTiles` of tiled-passes.ts. */
  private forwardTiles(label: string, size: LayerSize, sides: Sides): Disposable {
    const [left, right] = sides
    if (!left.length) return this.along(label, size, right)
    using across = this.turned(label, size, sides)
    void across
    return this.account.hold(label, 4 * after(left, size.rows) * after(right, size.columns))
  }

  /** `turnedTiles`. */
  private turned(label: string, size: LayerSize, [left, right]: Sides, detail?: string): Disposable {
    const wide = after(right, size.columns)
    const half = this.along(label, size, right)
    using across = this.account.hold(label, 4 * wide * size.rows)
    void across
    half[Symbol.dispose]()
    return this.along(label, { rows: wide, columns: size.rows }, left, detail)
  }

  /** `alongRows`: a band of the source, what becomes of it, and the whole result. */
  private along(label: string, { rows, columns }: LayerSize, right: Passes, detail?: string): Disposable {
    const { account, device } = this
    const outputs = after(right, columns)
    const result = account.hold(label, 4 * rows * outputs, detail)
    const height = Math.min(rows, tileHeight(device.adapter, rows, Math.max(columns, outputs)))
    using band = account.hold(label, 4 * height * columns)
    void band
    this.forward(label, { rows: height, columns }, [[], right])[Symbol.dispose]()
    return result
  }

  /** Trying the exponents. */
  private *scaling(size: LayerSize, points: number, group: number): Generator<number, void> {
    const { account, device } = this
    const { rows, columns } = size
    using held = new Holding(account)
    for (let i = 0; i < 4; i++) held.hold(TRANSFORMED, 4 * rows * columns, 'a scaled layer')
    held.hold(TRANSFORMED, 4 * rows * (points + 2))
    held.hold(TRANSFORMED, 8 * columns)
    const levels = yield* gridMemory(account, device, 'minmax', {}, size, group)
    levels[Symbol.dispose]()
  }
}

function passesOf(name: string, size: number, values: StepValues): Passes {
  if (name === 'channel-scale') return []
  const mixed = passOrders(size).map((order) => ({ inputs: order, outputs: order, size }))
  if (name !== 'frame') return mixed
  const { k, q, l } = subspaces(size, values.redundancy as number)
  return k === 1 ? mixed : [...mixed, { inputs: q, outputs: k, size: k * l }]
}

const after = (passes: Passes, size: number) => passes.at(-1)?.size ?? size
