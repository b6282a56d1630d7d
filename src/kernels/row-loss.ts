// Objective of every row: Σ_j E[row, j] · G[row, j] = e H eᵀ with G = E·H.
import code from '../../shaders/row-loss.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'row-loss',
  code,
  bindings: { residual: 'read', product: 'read', loss: 'read_write' },
  params: { rows: 'u32', columns: 'u32' },
})

/** Records loss f32 [rows] of residual and product [rows, columns]. */
export function rowLoss(
  batch: Batch,
  bindings: { residual: Binding; product: Binding; loss: Binding },
  params: { rows: number; columns: number },
): void {
  batch.run(kernel, {
    bindings,
    params,
    workgroups: spread(Math.ceil(params.rows / 16)),
    work: params.rows * params.columns,
  })
}

/** The same in float64. */
export function reference(
  residual: ArrayLike<number>,
  product: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array {
  const loss = new Float64Array(rows)
  for (let at = 0; at < rows * columns; at++) loss[Math.floor(at / columns)] += residual[at] * product[at]
  return loss
}
