// Layer normalisation: y = (x − mean) / sqrt(variance + epsilon) · weight + bias, also per head with weights of its own.
import code from '../../shaders/layernorm.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { rowDispatch, type RowShape } from './rows.ts'

export const kernel = defineKernel({
  name: 'layernorm',
  code,
  bindings: { x: 'read', weight: 'read', bias: 'read', y: 'read_write' },
  params: { rows: 'u32', columns: 'u32', period: 'u32', epsilon: 'f32' },
})

export interface LayernormSize {
  rows: number
  columns: number
  /** Rows of weight and bias: row r of x takes row r mod period of them. 1 without it. */
  period?: number
  epsilon: number
  /** Adds to what y holds. */
  accumulate?: boolean
}

/** Records y = layernorm(x), or y += layernorm(x): x, y [rows, columns]; weight, bias [period, columns]. */
export function layernorm(
  batch: Batch,
  bindings: { x: Binding; weight: Binding; bias: Binding; y: Binding },
  { rows, columns, period = 1, epsilon, accumulate = false }: LayernormSize,
  shape?: RowShape,
): void {
  const { overrides, workgroups } = rowDispatch(batch, rows, shape)
  batch.run(kernel, {
    bindings,
    params: { rows, columns, period, epsilon },
    workgroups,
    overrides: { ...overrides, ...(accumulate && { ACCUMULATE: 1 }) },
    work: 12 * rows * columns,
  })
}

/** The same in float64; without `bias` none is added. */
export function reference(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | undefined,
  { columns, period = 1, epsilon }: Pick<LayernormSize, 'columns' | 'period' | 'epsilon'>,
): Float64Array {
  const y = new Float64Array(x.length)
  for (let start = 0; start < x.length; start += columns) {
    let mean = 0
    for (let j = 0; j < columns; j++) mean += x[start + j] / columns
    let variance = 0
    for (let j = 0; j < columns; j++) variance += (x[start + j] - mean) ** 2 / columns
    const at = ((start / columns) % period) * columns
    for (let j = 0; j < columns; j++)
      y[start + j] = ((x[start + j] - mean) / Math.sqrt(variance + epsilon)) * weight[at + j] + (bias?.[at + j] ?? 0)
  }
  return y
}
