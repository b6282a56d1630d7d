// The diagonal of a Hessian with its inverse; the inverse of a dead column (h = 0) is 0.
import code from '../../shaders/diagonal.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'diagonal',
  code,
  bindings: { matrix: 'read', diagonal: 'read_write' },
  params: { columns: 'u32' },
})

/** Records diagonal f32 [columns, 2] = (h, 1 / h) of matrix [columns, columns]. */
export function diagonal(
  batch: Batch,
  bindings: { matrix: Binding; diagonal: Binding },
  params: { columns: number },
): void {
  batch.run(kernel, { bindings, params, workgroups: [Math.ceil(params.columns / 64)], work: params.columns })
}

/** The same in float64. */
export function reference(matrix: ArrayLike<number>, columns: number): Float64Array {
  return Float64Array.from({ length: 2 * columns }, (_, at) => {
    const h = matrix[(at >> 1) * (columns + 1)]
    return at % 2 === 0 ? h : h > 0 ? 1 / h : 0
  })
}
