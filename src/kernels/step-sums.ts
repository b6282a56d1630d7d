// Sums over parts of 64 rows of every step of a descent: what changed, and how many moves it took. The host adds the
// parts in float64.
import code from '../../shaders/step-sums.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'step-sums',
  code,
  bindings: { gains: 'read', sums: 'read_write' },
  params: { steps: 'u32', rows: 'u32', parts: 'u32', before: 'u32' },
})

/** Parts of so many rows. */
export function partsOf(rows: number): number {
  return Math.ceil(rows / 64)
}

/**
 * Records sums f32 [before + steps, partsOf(rows), 2] of gains f32 [steps, rows, 2]; those of `before` steps are left as
 * they are.
 */
export function stepSums(
  batch: Batch,
  bindings: { gains: Binding; sums: Binding },
  { steps, rows, before }: { steps: number; rows: number; before: number },
): void {
  const parts = partsOf(rows)
  batch.run(kernel, {
    bindings,
    params: { steps, rows, parts, before },
    workgroups: spread(Math.ceil((steps * parts) / 64)),
    work: steps * rows,
  })
}

/** The same in float64. */
export function reference(gains: ArrayLike<number>, steps: number, rows: number): Float64Array {
  const parts = partsOf(rows)
  const sums = new Float64Array(steps * parts * 2)
  for (let step = 0; step < steps; step++)
    for (let row = 0; row < rows; row++) {
      const at = 2 * (step * parts + Math.floor(row / 64))
      sums[at] += gains[2 * (step * rows + row)]
      sums[at + 1] += gains[2 * (step * rows + row) + 1]
    }
  return sums
}
