// The objective of codes, from scratch: E = Ŵ − W, G = E·H, row losses Σ_j E∘G in float32 on the GPU, their sum in
// float64 here.
// G stays on the GPU: it is the state of coordinate descent. A problem with a shift S has the gradient G = E·H + S, and
// what falls is its integral tr(E H Eᵀ) + 2 tr(S Eᵀ), row by row Σ_j E∘(G + S): it is 0 at Ŵ = W and may be negative.
import { InputError } from '../formats/errors.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Batch } from '../gpu/batch.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { matmul } from '../kernels/matmul.ts'
import { residual } from '../kernels/residual.ts'
import { rowLoss } from '../kernels/row-loss.ts'
import { scaledSum } from '../kernels/scaled-sum.ts'
import type { Levels, Problem } from './problem.ts'

export class Measure implements Disposable {
  /** f32 [rows, columns]; E of the codes last recorded. */
  readonly residual: GpuBuffer
  /** f32 [rows, columns]; G of the codes last recorded. */
  readonly product: GpuBuffer
  private readonly loss: GpuBuffer
  /** Σ_j E∘S of every row; absent without a shift. */
  private readonly shiftLoss: GpuBuffer | undefined
  private readonly scope: Scope
  /** Objective of the codes as they are; undefined after a change. */
  private known: Promise<number> | undefined

  constructor(
    private readonly gpu: Gpu,
    private readonly problem: Problem,
    /** Another measure of the same codes. */
    private readonly other?: Measure,
  ) {
    const { rows, columns } = problem
    this.scope = new Scope(gpu)
    this.residual = this.scope.buffer('residual', 4 * rows * columns)
    this.product = this.scope.buffer('product', 4 * rows * columns)
    this.loss = this.scope.buffer('row losses', 4 * rows)
    if (problem.shift) this.shiftLoss = this.scope.buffer('row losses of the shift', 4 * rows)
  }

  /** To be called by whoever changes the codes. */
  changed(): void {
    this.known = undefined
    this.other?.changed()
  }

  /** To be called by whoever puts back codes together with their product. */
  restored(objective: Promise<number>): void {
    this.other?.changed()
    this.known = objective
  }

  /** Records residual, product and row losses of codes u32 [rows, columns]. */
  record(batch: Batch, codes: GpuBuffer, { width, groups, scales, zeros }: Levels): void {
    const { rows, columns, weights } = this.problem
    residual(batch, { weights, codes, scales, zeros, residual: this.residual }, { rows, columns, width, groups })
    this.recordProduct(batch, this.residual, this.problem.shift)
  }

  /** tr(E H Eᵀ) of E = `weights` − W, for weights f32 [rows, columns] that no codes give. */
  async objectiveOf(weights: GpuBuffer): Promise<number> {
    const { rows, columns } = this.problem
    const batch = this.gpu.batch('objective of weights')
    const difference = { left: weights, right: this.problem.weights, result: this.residual }
    scaledSum(batch, difference, { elements: rows * columns, factor: -1 })
    this.recordProduct(batch, this.residual, this.problem.shift)
    batch.flush()
    this.known = undefined
    return this.sum()
  }

  private recordProduct(batch: Batch, x: GpuBuffer, shift?: GpuBuffer): void {
    const { rows, columns, hessian } = this.problem
    const { product, loss, shiftLoss } = this
    if (shift) batch.copy(shift, 0, product, 0, product.bytes)
    // H is symmetric: E·Hᵀ = E·H.
    const accumulate = shift !== undefined
    matmul(batch, { x, weights: hessian.matrix, y: product }, { tokens: rows, rows: columns, columns, accumulate })
    rowLoss(batch, { residual: x, product, loss }, { rows, columns })
    if (!shiftLoss) return
    if (shift) rowLoss(batch, { residual: x, product: shift, loss: shiftLoss }, { rows, columns })
    else batch.clear(shiftLoss)
  }

  /**
   * Sum of the row losses last recorded, those of the codes as they are; the batch must be flushed. Nobody has to wait
   * for it before the next work is recorded.
   */
  read(): Promise<number> {
    const known = (this.known = this.sum())
    // A failure is told to whoever awaits it.
    known.catch(() => {})
    return known
  }

  private async sum(): Promise<number> {
    const losses = await this.readRows()
    return losses.reduce((total, loss) => total + loss, 0)
  }

  /** The row losses last recorded; the batch must be flushed. */
  async readRows(): Promise<number[]> {
    const { gpu, loss, shiftLoss } = this
    const { rows } = this.problem
    const [losses, shifts] = await Promise.all([
      gpu.readF32(loss, 0, rows),
      shiftLoss && gpu.readF32(shiftLoss, 0, rows),
    ])
    // Rounding can leave a tiny negative number where a semidefinite H gives 0.
    return Array.from(losses, (own, row) => (shifts ? own + shifts[row] : Math.max(0, own)))
  }

  /** tr(E H Eᵀ) of the codes, with a shift + 2 tr(S Eᵀ); known or measured now. */
  objective(codes: GpuBuffer, levels: Levels): Promise<number> {
    if (this.known) return this.known
    const batch = this.gpu.batch('objective')
    this.record(batch, codes, levels)
    batch.flush()
    return this.read()
  }

  /** tr(W H Wᵀ). Overwrites the product. @throws InputError when it is not finite. */
  async energy(): Promise<number> {
    const batch = this.gpu.batch('energy')
    this.recordProduct(batch, this.problem.weights)
    batch.flush()
    this.known = undefined
    const energy = await this.sum()
    if (!Number.isFinite(energy))
      throw new InputError(`tr(W H Wᵀ) of ${this.problem.weights.label} is ${energy}: weights or inputs are not finite`)
    return energy
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
