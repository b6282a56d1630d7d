// Losses e H eᵀ of a block of columns at several factors, from E and G = E·H, into the errors of the block's group.
import code from '../../shaders/clip-loss.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'clip-loss',
  code,
  bindings: { residual: 'read', product: 'read', errors: 'read_write' },
  params: {
    rows: 'u32',
    groups: 'u32',
    group: 'u32',
    span: 'u32',
    first: 'u32',
    count: 'u32',
    factors: 'u32',
    accumulate: 'u32',
  },
})

export interface ClipLossShape {
  rows: number
  groups: number
  /** The group whose errors these are. */
  group: number
  /** Columns of E and G, a multiple of 4. */
  span: number
  /** First factor, and number of factors, of E and G. */
  first: number
  count: number
  /** All factors. */
  factors: number
  /** Adds to what errors hold. */
  accumulate: boolean
}

/** Records errors f32 [rows, groups, factors] of residual and product f32 [count, rows, span]. */
export function clipLoss(
  batch: Batch,
  bindings: { residual: Binding; product: Binding; errors: Binding },
  { accumulate, ...shape }: ClipLossShape,
): void {
  batch.run(kernel, {
    bindings,
    params: { ...shape, accumulate: Number(accumulate) },
    workgroups: spread(Math.ceil((shape.count * shape.rows) / 16)),
    work: shape.count * shape.rows * shape.span,
  })
}

/** What is written or added, in float64: [count, rows]. */
export function reference(
  residual: ArrayLike<number>,
  product: ArrayLike<number>,
  { rows, span, count }: ClipLossShape,
): Float64Array {
  return Float64Array.from({ length: count * rows }, (_, at) => {
    let sum = 0
    for (let j = at * span; j < (at + 1) * span; j++) sum += residual[j] * product[j]
    return sum
  })
}
