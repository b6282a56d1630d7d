// A block of vectors that is multiplied by a symmetric H on the GPU again and again and kept orthonormal, so that its
// span turns towards the leading eigenvectors; Rayleigh–Ritz finds the best of them in the span.
// Vectors are rows of [count, stride], stride = columns rounded up to a multiple of 4. Thin blocks are orthonormalised
// on the GPU; wider ones by Cholesky factors of their Gram matrix, small and in float64 on the host.
import { InputError } from '../formats/errors.ts'
import type { Batch } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles, type Tiled } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { matmul } from '../kernels/matmul.ts'
import { orthonormalise, THIN } from '../kernels/orthonormalise.ts'
import { padded, rankUpdateTiles } from '../kernels/rank-update.ts'
import { symmetricEigen } from '../math/eigen.ts'
import { choleskyUpper, invertUpper } from '../math/linear.ts'
import { random } from '../math/random.ts'

/** A Cholesky pivot of unit vectors that leaves their orthonormal basis as good as float32 allows. */
const GOOD_PIVOT = 1e-2
/** Passes after which even a block of nearly equal vectors is orthonormal. */
const MOST_PASSES = 6

export class Subspace implements Disposable {
  /** Words of a row. */
  readonly stride: number
  /** f32 [count, stride]: orthonormal rows; a row that the others left nothing of is 0. */
  private vectors: GpuBuffer
  /** f32 [count, stride]: vectors · H where `multiplied`. */
  private product: GpuBuffer
  private spare: GpuBuffer
  private multiplied = false
  private readonly small: GpuBuffer
  private readonly coefficients: GpuBuffer
  /** H, or a copy with rows of `stride` words. */
  private readonly matrix: RowTiles
  private readonly scope: Scope

  /** `matrix` f32 [columns, columns]; `start` [any, stride]: rows to begin with, random signs behind them. */
  constructor(
    private readonly gpu: Gpu,
    matrix: RowTiles,
    private readonly columns: number,
    readonly count: number,
    start: Float32Array = new Float32Array(),
  ) {
    this.scope = new Scope(gpu)
    const { scope } = this
    const stride = (this.stride = padded(columns))
    this.matrix = stride === columns ? matrix : scope.own(padMatrix(gpu, matrix, columns))
    const rows = new Float32Array(count * stride)
    const { integer } = random(columns)
    for (let row = 0; row < count; row++)
      for (let j = 0, bits = 1; j < columns; j++, bits >>= 1) {
        if (bits === 1) bits = integer(2 ** 30) + 2 ** 30
        rows[row * stride + j] = bits & 1 ? 1 : -1
      }
    rows.set(start.subarray(0, count * stride))
    this.vectors = scope.upload('eigenvectors', rows)
    this.product = scope.buffer('products of eigenvectors', 4 * count * stride)
    this.spare = scope.buffer('other eigenvectors', 4 * count * stride)
    this.small = scope.buffer('inner products', 4 * count * count)
    this.coefficients = scope.buffer('coefficients', 4 * count * padded(count))
  }

  /** vectors ← orthonormal basis of vectors · H, `times` times. Thin blocks wait for nothing. */
  async power(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      const batch = this.gpu.batch('power')
      this.multiply(batch)
      ;[this.vectors, this.product] = [this.product, this.vectors]
      this.multiplied = false
      if (this.count <= THIN) {
        orthonormalise(batch, { vectors: this.vectors }, { count: this.count, columns: this.stride })
        batch.flush()
      } else {
        batch.flush()
        await this.orthonormaliseWide()
      }
    }
  }

  /** The span's own eigenvalues of H, descending, and [count, count] how its rows make the vectors of each. */
  async ritz(): Promise<{ values: Float64Array; vectors: Float64Array }> {
    const batch = this.gpu.batch('rayleigh')
    this.multiply(batch)
    const inner = await this.innerProducts(batch, this.product)
    const { count } = this
    const wrong = inner.findIndex((value) => !Number.isFinite(value))
    if (wrong >= 0)
      throw new InputError(`the Hessian of ${this.columns} columns is not finite: it gives ${inner[wrong]}`)
    for (let i = 0; i < count; i++)
      for (let j = 0; j < i; j++)
        inner[i * count + j] = inner[j * count + i] = (inner[i * count + j] + inner[j * count + i]) / 2
    return symmetricEigen(inner, count)
  }

  /**
   * Turns the block into its Ritz vectors: their values θ, descending, the vectors [count, stride] and the residuals
   * ‖v H − θ v‖.
   */
  async rotate(): Promise<{ values: Float64Array; vectors: Float32Array; residuals: Float64Array }> {
    const { gpu, count, stride } = this
    const { values, vectors: turned } = await this.ritz()
    const coefficients = new Float64Array(count * count)
    for (let i = 0; i < count; i++) for (let k = 0; k < count; k++) coefficients[k * count + i] = turned[i * count + k]
    this.vectors = this.combine(coefficients, this.vectors)
    this.product = this.combine(coefficients, this.product)
    const [vectors, products] = await Promise.all([gpu.readF32(this.vectors), gpu.readF32(this.product)])
    const residuals = values.map((value, row) => {
      let sum = 0
      for (let at = row * stride; at < (row + 1) * stride; at++) sum += (products[at] - value * vectors[at]) ** 2
      return Math.sqrt(sum)
    })
    return { values, vectors, residuals }
  }

  private multiply(batch: Batch): void {
    if (this.multiplied) return
    const { vectors: x, matrix: weights, product: y, count, stride } = this
    matmul(batch, { x, weights, y }, { tokens: count, rows: stride, columns: stride })
    this.multiplied = true
  }

  /** left · vectorsᵀ [count, count]; hands the batch over. */
  private innerProducts(batch: Batch, left: GpuBuffer): Promise<Float32Array> {
    const { vectors: weights, small: y, count, stride } = this
    matmul(batch, { x: left, weights, y }, { tokens: count, rows: count, columns: stride })
    batch.flush()
    return this.gpu.readF32(y)
  }

  /** Cholesky-QR; shifted and repeated where the rows lean so much that a float32 Gram matrix cannot tell them apart. */
  private async orthonormaliseWide(): Promise<void> {
    const { count } = this
    for (let pass = 0, good = false; !good && pass < MOST_PASSES; pass++) {
      const gram = await this.innerProducts(this.gpu.batch('gram'), this.vectors)
      const lengths = Float64Array.from({ length: count }, (_, i) => Math.sqrt(gram[i * (count + 1)]))
      const unit = (shift: number) =>
        Float64Array.from(gram, (value, at) => {
          const [i, j] = [Math.floor(at / count), at % count]
          if (i === j) return 1 + shift
          return lengths[i] > 0 && lengths[j] > 0 ? value / (lengths[i] * lengths[j]) : 0
        })
      let factor = choleskyUpper(unit(0), count)
      good = factor !== undefined && lengths.every((_, i) => factor![i * (count + 1)] ** 2 > GOOD_PIVOT)
      for (let shift = 1e-6 * count; !factor || (!good && shift === 1e-6 * count); shift *= 10)
        factor = choleskyUpper(unit(shift), count)
      const basis = invertUpper(factor, count)
      // Row k of the block takes part with its length taken out; a row of zeros stays one.
      for (let k = 0; k < count; k++)
        for (let i = 0; i < count; i++) basis[k * count + i] *= lengths[k] > 0 ? 1 / lengths[k] : 0
      this.vectors = this.combine(basis, this.vectors)
    }
  }

  /** Row i of the result = Σ_k coefficients[k, i] · row k of `from`, which becomes the spare. */
  private combine(coefficients: Float64Array, from: GpuBuffer): GpuBuffer {
    const { gpu, count, stride, spare: result } = this
    const words = padded(count)
    const left = new Float32Array(count * words)
    for (let k = 0; k < count; k++) left.set(coefficients.subarray(k * count, (k + 1) * count), k * words)
    gpu.write(this.coefficients, left)
    const batch = gpu.batch('combine')
    batch.clear(result)
    const shape = { rows: count, columns: stride, depth: count, sign: 1 } as const
    sumOfProducts(
      batch,
      { left: this.coefficients, leftStride: words, right: from, rightStride: stride, result },
      shape,
    )
    batch.flush()
    this.spare = from
    return result
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}

/**
 * Records result f32 [rows, stride of right] ± = Σ_k left[k, i] · right[k, j], cut along k into pieces that fit a
 * submit. `upper`: only tiles that touch the upper triangle.
 */
export function sumOfProducts(
  batch: Batch,
  bound: { left: GpuBuffer; leftStride: number; right: GpuBuffer; rightStride: number; result: Tiled },
  {
    rows,
    columns,
    depth,
    sign,
    upper = false,
  }: { rows: number; columns: number; depth: number; sign: 1 | -1; upper?: boolean },
): void {
  const piece = Math.max(8, Math.floor(batch.gpu.workPerSubmit / (rows * columns)))
  for (let k = 0; k < depth; k += piece)
    rankUpdateTiles(
      batch,
      {
        left: { binding: bound.left, offset: k * bound.leftStride, stride: bound.leftStride },
        right: { binding: bound.right, offset: k * bound.rightStride, stride: bound.rightStride },
        result: { matrix: bound.result, row: 0, column: 0, stride: bound.rightStride },
      },
      { rows, columns, depth: Math.min(piece, depth - k), sign, upper },
    )
}

/** A copy of f32 [columns, columns] as [stride, stride], zeros behind; the caller owns it. */
export function padMatrix(gpu: Gpu, matrix: RowTiles, columns: number): RowTiles {
  const stride = padded(columns)
  const copy = RowTiles.create(gpu, 'padded hessian', stride, stride)
  const batch = gpu.batch('pad')
  if (stride > columns) for (const { buffer } of copy.tiles) batch.clear(buffer)
  copy.copyFrom(batch, matrix)
  batch.flush()
  return copy
}
