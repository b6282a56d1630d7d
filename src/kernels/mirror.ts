// Completes a symmetric matrix of which only the upper triangle was computed.
import code from '../../shaders/mirror.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'mirror',
  code,
  bindings: { matrix: 'read_write' },
  params: { columns: 'u32' },
})

/** Records matrix[i, j] = matrix[j, i] for j < i; matrix [columns, columns]. */
export function mirror(batch: Batch, bindings: { matrix: Binding }, { columns }: { columns: number }): void {
  batch.run(kernel, {
    bindings,
    params: { columns },
    workgroups: [Math.ceil(columns / 16), Math.ceil(columns / 4)],
    work: 4 * columns * columns,
  })
}

/** The same, on a copy. */
export function reference(matrix: ArrayLike<number>, columns: number): Float64Array {
  return Float64Array.from(matrix, (value, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns]
    return j < i ? matrix[j * columns + i] : value
  })
}
