// Root-mean-square normalisation: y = x / sqrt(mean(x²) + epsilon) · weight.
import code from '../../shaders/rmsnorm.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'rmsnorm',
  code,
  bindings: { x: 'read', weight: 'read', y: 'read_write' },
  params: { tokens: 'u32', columns: 'u32', epsilon: 'f32' },
})

/** Records y = rmsnorm(x): x, y [tokens, columns], weight [columns]. */
export function rmsnorm(
  batch: Batch,
  bindings: { x: Binding; weight: Binding; y: Binding },
  params: { tokens: number; columns: number; epsilon: number },
): void {
  batch.run(kernel, { bindings, params, workgroups: spread(params.tokens), work: 2 * params.tokens * params.columns })
}

/** The same in float64. */
export function reference(x: ArrayLike<number>, weight: ArrayLike<number>, columns: number, epsilon: number): Float64Array {
  const y = new Float64Array(x.length)
  for (let start = 0; start < x.length; start += columns) {
    let sum = 0
    for (let j = 0; j < columns; j++) sum += x[start + j] ** 2
    const scale = 1 / Math.sqrt(sum / columns + epsilon)
    for (let j = 0; j < columns; j++) y[start + j] = x[start + j] * scale * weight[j]
  }
  return y
}
