// Root-mean-square normalisation: y = x / sqrt(mean(x²) + epsilon) · weight.
import code from '../../shaders/rmsnorm.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { rowDispatch, rows, type RowShape } from './rows.ts'
import type { Shaped } from './shape.ts'

export const kernel = defineKernel({
  name: 'rmsnorm',
  code,
  bindings: { x: 'read', weight: 'read', y: 'read_write' },
  params: { tokens: 'u32', columns: 'u32', epsilon: 'f32' },
})

/** Measured by the normalisation of `size` rows of `size` columns, used by all reductions along rows. */
export const rowShaped: Shaped<RowShape> = {
  ...rows,
  sample(_gpu, scope, size) {
    const x = scope.upload('x', new Float32Array(size * size).fill(0.5))
    const y = scope.buffer('y', 4 * size * size)
    return {
      work: 8 * size * size,
      record: (batch, shape) =>
        rmsnorm(batch, { x, weight: x, y }, { tokens: size, columns: size, epsilon: 1e-5 }, shape),
    }
  },
}

/** Records y = rmsnorm(x), or y += rmsnorm(x): x, y [tokens, columns], weight [columns]. */
export function rmsnorm(
  batch: Batch,
  bindings: { x: Binding; weight: Binding; y: Binding },
  { accumulate = false, ...params }: { tokens: number; columns: number; epsilon: number; accumulate?: boolean },
  shape?: RowShape,
): void {
  const work = 8 * params.tokens * params.columns
  const { overrides, workgroups } = rowDispatch(batch, params.tokens, shape)
  batch.run(kernel, {
    bindings,
    params,
    workgroups,
    overrides: { ...overrides, ...(accumulate && { ACCUMULATE: 1 }) },
    work,
  })
}

/** The same in float64. */
export function reference(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  columns: number,
  epsilon: number,
): Float64Array {
  const y = new Float64Array(x.length)
  for (let start = 0; start < x.length; start += columns) {
    let sum = 0
    for (let j = 0; j < columns; j++) sum += x[start + j] ** 2
    const scale = 1 / Math.sqrt(sum / columns + epsilon)
    for (let j = 0; j < columns; j++) y[start + j] = x[start + j] * scale * weight[j]
  }
  return y
}
