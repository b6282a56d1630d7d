// diag(XᵀX): the sum of squares of every column.
import code from '../../shaders/column-power.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'column-power',
  code,
  bindings: { x: 'read', power: 'read_write' },
  params: { rows: 'u32', columns: 'u32' },
})

/** Records power f32 [columns] of x [rows, columns]. */
export function columnPower(
  batch: Batch,
  bindings: { x: Binding; power: Binding },
  { rows, columns }: { rows: number; columns: number },
): void {
  batch.run(kernel, {
    bindings,
    params: { rows, columns },
    workgroups: [Math.ceil(columns / 64)],
    work: rows * columns,
  })
}

/** The same in float64. */
export function reference(x: ArrayLike<number>, columns: number): Float64Array {
  const power = new Float64Array(columns)
  for (let at = 0; at < x.length; at++) power[at % columns] += x[at] ** 2
  return power
}
