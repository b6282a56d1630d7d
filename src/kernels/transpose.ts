// Turns a matrix that is stored as [in, out] (GPT-2's Conv1D) into the usual [out, in]; once when a block is loaded.
import code from '../../shaders/transpose.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'transpose',
  code,
  bindings: { x: 'read', y: 'read_write' },
  params: { rows: 'u32', columns: 'u32' },
})

/** Records y = xᵀ: x [columns, rows], y [rows, columns]. */
export function transpose(
  batch: Batch,
  bindings: { x: Binding; y: Binding },
  params: { rows: number; columns: number },
): void {
  const elements = params.rows * params.columns
  batch.run(kernel, { bindings, params, workgroups: spread(Math.ceil(elements / 64)), work: 4 * elements })
}

/** The same. */
export function reference(x: ArrayLike<number>, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const y = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) y[row * columns + column] = x[column * rows + row]
  return y
}
