// The Hessian of a layer's inputs on the GPU, H = XᵀX / tokens, with what solvers derive from it; layers that share an
// input share it.
import { InputError } from '../formats/errors.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { diagonal } from '../kernels/diagonal.ts'
import { factorise, type Factor } from './factor.ts'

/** natural: columns as they come. activation: by descending diagonal of H, ties in natural order. */
export type Order = 'natural' | 'activation'

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
  /** [columns, padded(columns)], see Factor. */
  feedback: Float32Array
  order: Uint32Array
  damping: number[]
}

/** Known factors by order and damping. */
export type KnownFactors = Map<string, KnownFactor>

/** Everything derived is made when first asked for and lives as long as the Hessian. */
export interface Hessian extends Disposable {
  readonly columns: number
  /** f32 [columns, columns], both triangles, undamped. */
  readonly matrix: GpuBuffer
  /** f32 [columns, 2]: h = H[j, j] and 1 / h, 0 for dead columns. */
  readonly diagonal: GpuBuffer
  /** diag H. @throws InputError when an entry is negative or not finite. */
  diagonalValues(): Promise<Float32Array>
  /** Columns whose diagonal entry is 0: inputs that were zero on every token. */
  deadColumns(): Promise<number[]>
  /** Column of every processing step. */
  order(order: Order): Promise<Uint32Array>
  /**
   * The factor of H + damp · mean(diag H) · I, with more damping if that fails. @throws InputError at the end of the
   * ladder.
   */
  factor(order: Order, damp: number): Promise<Factor>
  /** Reads the factors made so far into `known`, where one was given. */
  remember(): Promise<void>
  /** H with its largest eigenvalues lowered; this Hessian itself where nothing is to be lowered. */
  clipped(clip: EigenClip): Promise<Hessian>
}

/**
 * Takes over `matrix` f32 [columns, columns]: it is freed with the Hessian. `known` holds factors of the same H from
 * before, and takes those made now.
 */
export function createHessian(gpu: Gpu, matrix: GpuBuffer, columns: number, known?: KnownFactors): Hessian {
  return new LazyHessian(gpu, matrix, columns, known)
}

/** H from ordinary memory, row-major [columns, columns], symmetric. */
export function uploadHessian(gpu: Gpu, matrix: Float32Array, columns: number): Hessian {
  if (matrix.length !== columns * columns)
    throw new RangeError(`a Hessian of ${columns} columns has ${columns * columns} entries, not ${matrix.length}`)
  return new LazyHessian(gpu, gpu.upload('hessian', matrix), columns)
}

/** Columns in processing order. */
export function orderOf(diagonal: ArrayLike<number>, order: Order): Uint32Array<ArrayBuffer> {
  const natural = Uint32Array.from({ length: diagonal.length }, (_, j) => j)
  return order === 'natural' ? natural : natural.sort((a, b) => diagonal[b] - diagonal[a] || a - b)
}

class LazyHessian implements Hessian {
  readonly diagonal: GpuBuffer
  private readonly owned: Disposable[]
  private values: Promise<Float32Array> | undefined
  private readonly orders = new Map<Order, GpuBuffer>()
  private readonly factors = new Map<string, Promise<Factor>>()
  private disposed = false

  constructor(
    private readonly gpu: Gpu,
    readonly matrix: GpuBuffer,
    readonly columns: number,
    private readonly known?: KnownFactors,
  ) {
    this.diagonal = gpu.buffer('diagonal', 8 * columns)
    this.owned = [matrix, this.diagonal]
    const batch = gpu.batch('diagonal')
    diagonal(batch, { matrix, diagonal: this.diagonal }, { columns })
    batch.flush()
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

  async deadColumns(): Promise<number[]> {
    const values = await this.diagonalValues()
    return [...values.keys()].filter((j) => values[j] === 0)
  }

  async order(order: Order): Promise<Uint32Array> {
    return orderOf(await this.diagonalValues(), order)
  }

  factor(order: Order, damp: number): Promise<Factor> {
    const key = `${order} ${damp}`
    let factor = this.factors.get(key)
    if (!factor) {
      const known = this.known?.get(key)
      factor = known ? Promise.resolve(this.uploadFactor(known)) : this.makeFactor(order, damp)
      this.factors.set(key, factor)
    }
    return factor
  }

  async remember(): Promise<void> {
    const { gpu, known } = this
    if (!known) return
    for (const [key, made] of this.factors) {
      if (known.has(key)) continue
      const { feedback, order, damping } = await made
      known.set(key, { feedback: await gpu.readF32(feedback), order: await gpu.readU32(order), damping })
    }
  }

  private uploadFactor({ feedback, order, damping }: KnownFactor): Factor {
    return {
      feedback: this.own(this.gpu.upload('feedback', feedback)),
      order: this.own(this.gpu.upload('order', order)),
      damping,
      [Symbol.dispose]: () => undefined,
    }
  }

  clipped({ fraction, threshold }: EigenClip): Promise<Hessian> {
    if (fraction === 0 && threshold === 0) return Promise.resolve(this)
    throw new Error('not yet')
  }

  private async makeFactor(order: Order, damp: number): Promise<Factor> {
    const { gpu, columns, matrix, diagonal } = this
    const values = await this.diagonalValues()
    const mean = values.reduce((sum, h) => sum + h, 0) / columns
    let buffer = this.orders.get(order)
    if (!buffer) {
      buffer = this.own(gpu.upload(`order ${order}`, orderOf(values, order)))
      this.orders.set(order, buffer)
    }
    return this.own(await factorise(gpu, { columns, matrix, diagonal, order: buffer, mean, damp }))
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
