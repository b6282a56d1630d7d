// diag(left) · X · diag(right): signs and scales of the rows and columns of a matrix.
import code from '../../shaders/scale-axes.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { rowLanes } from './lanes.ts'

export const kernel = defineKernel({
  name: 'scale-axes',
  code,
  bindings: { x: 'read', left: 'read', right: 'read', y: 'read_write' },
  params: { rows: 'u32', columns: 'u32' },
})

/** Records y = diag(left) · x · diag(right); x, y f32 [rows, columns] in two buffers, left [rows], right [columns]. */
export function scaleAxes(
  batch: Batch,
  bindings: { x: Binding; left: Binding; right: Binding; y: Binding },
  { rows, columns }: { rows: number; columns: number },
): void {
  batch.run(kernel, {
    bindings,
    params: { rows, columns },
    workgroups: spread(rows),
    overrides: { LANES: rowLanes(batch) },
    work: rows * columns,
  })
}

/** The same in float64. */
export function reference(x: ArrayLike<number>, left: ArrayLike<number>, right: ArrayLike<number>): Float64Array {
  return Float64Array.from(x, (value, at) => left[Math.floor(at / right.length)] * value * right[at % right.length])
}
