// The objective of codes, from scratch: E = Ŵ − W, G = E·H, row losses Σ_j E∘G in float32 on the GPU, their sum in
// float64 here.
// G stays on the GPU: it is the state of coordinate descent.
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
  private readonly scope: Scope
  /** Objective of the codes as they are; undefined after a change. */
  private known: number | undefined

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
  }

  /** To be called by whoever changes the codes. */
  changed(): void {
    this.known = undefined
    this.other?.changed()
  }

  /** To be called by whoever puts back codes together with their product. */
  restored(objective: number): void {
    this.other?.changed()
    this.known = objective
  }

  /** Records residual, product and row losses of codes u32 [rows, columns]. */
  record(batch: Batch, codes: GpuBuffer, { width, groups, scales, zeros }: Levels): void {
    const { rows, columns, weights } = this.problem
    residual(batch, { weights, codes, scales, zeros, residual: this.residual }, { rows, columns, width, groups })
    this.recordProduct(batch, this.residual)
  }

  /** tr(E H Eᵀ) of E = `weights` − W, for weights f32 [rows, columns] that no codes give. */
  async objectiveOf(weights: GpuBuffer): Promise<number> {
    const { rows, columns } = this.problem
    const batch = this.gpu.batch('objective of weights')
    const difference = { left: weights, right: this.problem.weights, result: this.residual }
    scaledSum(batch, difference, { elements: rows * columns, factor: -1 })
    this.recordProduct(batch, this.residual)
    batch.flush()
    const objective = await this.read()
    this.known = undefined
    return objective
  }

  private recordProduct(batch: Batch, x: GpuBuffer): void {
    const { rows, columns, hessian } = this.problem
    // H is symmetric: E·Hᵀ = E·H.
    matmul(batch, { x, weights: hessian.matrix, y: this.product }, { tokens: rows, rows: columns, columns })
    rowLoss(batch, { residual: x, product: this.product, loss: this.loss }, { rows, columns })
  }

  /** Sum of the row losses last recorded; the batch must be flushed. */
  async read(): Promise<number> {
    const losses = await this.gpu.readF32(this.loss, 0, this.problem.rows)
    // Rounding can leave a tiny negative number where a semidefinite H gives 0.
    return (this.known = losses.reduce((sum, loss) => sum + Math.max(0, loss), 0))
  }

  /** tr(E H Eᵀ) of the codes; known or measured now. */
  async objective(codes: GpuBuffer, levels: Levels): Promise<number> {
    if (this.known !== undefined) return this.known
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
    const energy = await this.read()
    this.known = undefined
    if (!Number.isFinite(energy))
      throw new InputError(`tr(W H Wᵀ) of ${this.problem.weights.label} is ${energy}: weights or inputs are not finite`)
    return energy
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
