// The Hessian of a layer's inputs on the GPU, H = XᵀX / tokens, with what solvers derive from it; layers that share an
// input share it.
import { InputError } from '../formats/errors.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { diagonal } from '../kernels/diagonal.ts'
import { padded } from '../kernels/rank-update.ts'
import type { ClipFacts } from './eigen-clip.ts'
import { factorise, type Factor } from './factor.ts'
import { hessianHealth, type HessianHealth } from './health.ts'
import { HessianViews } from './hessian-views.ts'
import { minPivotOrder, orderOf, type Order } from './order.ts'
import type { Stoppable } from './paced.ts'
import { Triangle } from './triangle.ts'

/**
 * Lowers the largest eigenvalues of H. fraction: so many of all columns, to the next eigenvalue; threshold: those above
 * this multiple of mean diag H, to it. 0 is off; both given: the lower of the two limits.
 */
export interface EigenClip {
  fraction: number
  threshold: number
}

/** A factor in ordinary memory: what a Hessian that is uploaded again need not compute again. */
export interface KnownFactor {
  /** M above the diagonal, and the diagonal, see Factor. */
  feedback: Triangle
  order: Uint32Array
  damping: number[]
}

/** Known factors by order and damping. */
export type KnownFactors = Map<string, KnownFactor>

/** Everything derived is made when first asked for and lives as long as the Hessian. */
export interface Hessian extends Disposable {
  readonly columns: number
  /** f32 [columns, columns], both triangles, undamped. */
  readonly matrix: RowTiles
  /** f32 [columns, 2]: h = H[j, j] and 1 / h, 0 for dead columns. */
  readonly diagonal: GpuBuffer
  /** diag H. @throws InputError when an entry is negative or not finite. */
  diagonalValues(): Promise<Float32Array>
  /** Mean of diag H, zeros of dead columns included. */
  meanDiagonal(): Promise<number>
  /** Columns whose diagonal entry is 0: inputs that were zero on every token. */
  deadColumns(): Promise<number[]>
  /** Column of every processing step. */
  order(order: 'natural' | 'activation'): Promise<Uint32Array>
  /**
   * The factor of H + damp · mean(diag H) · I, with more damping if that fails; pauses as it goes, so that it can be
   * stopped. `width`: columns of a group, for the order of that name. @throws InputError at the end of the ladder.
   */
  factoring(order: Order, damp: number, width?: number): Stoppable<Factor>
  /** The same in one go. */
  factor(order: Order, damp: number, width?: number): Promise<Factor>
  /**
   * Condition, leading eigenvalues and damping, with a factor that was made for this damping, or one in natural order.
   */
  health(damp: number): Promise<HessianHealth>
  /** Reads the factors made so far into `known`, where one was given. */
  remember(): Promise<void>
  /**
   * H with its largest eigenvalues lowered; this Hessian itself where nothing is to be lowered. Lives as long as this
   * one. @throws InputError when too many would have to be lowered.
   */
  clipped(clip: EigenClip): Promise<Hessian>
  /** What was lowered; undefined where nothing was. */
  readonly clipping: ClipFacts | undefined
  /** H + fraction · mean(diag H) · I, dead columns left as they are. Lives as long as this one. */
  damped(fraction: number): Promise<Hessian>
}

/**
 * Takes over `matrix` f32 [columns, columns]: it is freed with the Hessian. `known` holds factors of the same H from
 * before, and takes those made now.
 */
export function createHessian(gpu: Gpu, matrix: GpuBuffer | RowTiles, columns: number, known?: KnownFactors): Hessian {
  const tiles = matrix instanceof RowTiles ? matrix : RowTiles.of(matrix, columns, columns)
  return new LazyHessian(gpu, tiles, columns, known)
}

/** H from ordinary memory, row-major [columns, columns], symmetric. */
export function uploadHessian(gpu: Gpu, matrix: Float32Array, columns: number): Hessian {
  if (matrix.length !== columns * columns)
    throw new RangeError(`a Hessian of ${columns} columns has ${columns * columns} entries, not ${matrix.length}`)
  return new LazyHessian(gpu, RowTiles.upload(gpu, 'hessian', columns, columns, matrix), columns)
}

async function readFactor(gpu: Gpu, { feedback, order, damping }: Factor): Promise<KnownFactor> {
  const [values, columns] = await Promise.all([Triangle.read(gpu, feedback), gpu.readU32(order)])
  return { feedback: values, order: columns, damping }
}

class LazyHessian implements Hessian {
  readonly diagonal: GpuBuffer
  private readonly owned: Disposable[]
  private values: Promise<Float32Array> | undefined
  private readonly orders = new Map<string, GpuBuffer>()
  private readonly factors = new Map<string, Factor>()
  private readonly views: HessianViews
  private disposed = false

  constructor(
    private readonly gpu: Gpu,
    readonly matrix: RowTiles,
    readonly columns: number,
    private readonly known?: KnownFactors,
    readonly clipping: ClipFacts | undefined = undefined,
  ) {
    this.diagonal = gpu.buffer('diagonal', 8 * columns)
    this.owned = [matrix, this.diagonal]
    const batch = gpu.batch('diagonal')
    diagonal(batch, { matrix, diagonal: this.diagonal }, { columns })
    batch.flush()
    this.views = new HessianViews(gpu, this, (view, facts) =>
      this.own(new LazyHessian(gpu, view, columns, undefined, facts)),
    )
  }

  diagonalValues(): Promise<Float32Array> {
    return (this.values ??= this.readDiagonal())
  }

  private async readDiagonal(): Promise<Float32Array> {
    const pairs = await this.gpu.readF32(this.diagonal)
    const values = Float32Array.from({ length: this.columns }, (_, j) => pairs[2 * j])
    const wrong = values.findIndex((h) => !(h >= 0 && h < Infinity))
    if (wrong >= 0)
      throw new InputError(
        `the Hessian's diagonal is ${values[wrong]} at column ${wrong}; it must be finite and not negative`,
      )
    return values
  }

  async meanDiagonal(): Promise<number> {
    return (await this.diagonalValues()).reduce((sum, h) => sum + h, 0) / this.columns
  }

  async deadColumns(): Promise<number[]> {
    const values = await this.diagonalValues()
    return [...values.keys()].filter((j) => values[j] === 0)
  }

  async order(order: 'natural' | 'activation'): Promise<Uint32Array> {
    return orderOf(await this.diagonalValues(), order)
  }

  async factor(order: Order, damp: number, width?: number): Promise<Factor> {
    const run = this.factoring(order, damp, width)
    for (;;) {
      const next = await run.next()
      if (next.done) return next.value
    }
  }

  async *factoring(order: Order, damp: number, width = this.columns): Stoppable<Factor> {
    // A single group is ordered by its columns alone.
    if (order === 'group' && width >= this.columns) order = 'activation'
    const place = order === 'min-pivot' ? `${order} ${damp}` : order === 'group' ? `${order} ${width}` : order
    const key = `${place} ${damp}`
    const made = this.factors.get(key)
    if (made) return made
    const known = this.known?.get(key)
    const factor = known ? this.uploadFactor(known) : yield* this.makeFactor(order, damp, width, place)
    const other = this.factors.get(key)
    this.own(factor)
    // Two may have been at it together.
    if (other) return other
    this.factors.set(key, factor)
    return factor
  }

  async remember(): Promise<void> {
    const { gpu, known } = this
    if (!known) return
    for (const [key, made] of this.factors) {
      if (known.has(key)) continue
      known.set(key, await readFactor(gpu, made))
    }
  }

  async health(damp: number): Promise<HessianHealth> {
    const { gpu } = this
    const made = [...this.factors.keys()].find((key) => key.endsWith(` ${damp}`))
    const factor = (made && this.factors.get(made)) || (await this.factor('natural', damp))
    const known = made && this.known?.get(made)
    await this.diagonalValues()
    return hessianHealth(gpu, this, known || readFactor(gpu, factor))
  }

  private uploadFactor({ feedback, order, damping }: KnownFactor): Factor {
    const stride = padded(this.columns)
    const fill = (part: Float32Array, first: number) => feedback.upper(part, first, stride)
    return {
      feedback: this.own(RowTiles.upload(this.gpu, 'feedback', this.columns, stride, fill)),
      order: this.own(this.gpu.upload('order', order)),
      damping,
      [Symbol.dispose]: () => undefined,
    }
  }

  clipped(clip: EigenClip): Promise<Hessian> {
    return this.views.clipped(clip)
  }

  damped(fraction: number): Promise<Hessian> {
    return this.views.damped(fraction)
  }

  private async *makeFactor(order: Order, damp: number, width: number, place: string): Stoppable<Factor> {
    const { gpu, columns, matrix, diagonal } = this
    const values = await this.diagonalValues()
    const mean = await this.meanDiagonal()
    let buffer = this.orders.get(place)
    if (!buffer) {
      const inOrder =
        order === 'min-pivot'
          ? yield* minPivotOrder(gpu, { columns, matrix, diagonal, values }, damp * mean)
          : orderOf(values, order, width)
      buffer = this.own(gpu.upload(`order ${place}`, inOrder))
      this.orders.set(place, buffer)
    }
    return yield* factorise(gpu, { columns, matrix, diagonal, order: buffer, mean, damp })
  }

  /** What is finished after the Hessian was freed is freed at once. */
  private own<T extends Disposable>(thing: T): T {
    if (this.disposed) thing[Symbol.dispose]()
    else this.owned.push(thing)
    return thing
  }

  [Symbol.dispose]() {
    this.disposed = true
    for (const thing of this.owned) thing[Symbol.dispose]()
    this.owned.length = 0
  }
}
