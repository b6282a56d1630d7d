// The matrix GPTQ factorises: H in reverse processing order with damping on its diagonal. Dead columns get 1 there.
import code from '../../shaders/damped.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { rowLanes } from './lanes.ts'

export const kernel = defineKernel({
  name: 'damped',
  code,
  bindings: { matrix: 'read', diagonal: 'read', order: 'read', damped: 'read_write', pivots: 'read_write' },
  params: { columns: 'u32', stride: 'u32', damping: 'f32' },
})

/**
 * Records damped f32 [columns, stride] and its diagonal `pivots` f32 [columns]; order u32 [columns], diagonal f32
 * [columns, 2].
 * `damping` is what is added, in units of H.
 */
export function damped(
  batch: Batch,
  bindings: { matrix: Binding; diagonal: Binding; order: Binding; damped: Binding; pivots: Binding },
  params: { columns: number; stride: number; damping: number },
): void {
  batch.run(kernel, {
    bindings,
    params,
    workgroups: [params.columns],
    overrides: { LANES: rowLanes(batch) },
    work: params.columns ** 2,
  })
}

/** The same in float64. */
export function reference(
  matrix: ArrayLike<number>,
  order: ArrayLike<number>,
  columns: number,
  damping: number,
): Float64Array {
  const damped = new Float64Array(columns * columns)
  const reversed = Array.from(order).reverse()
  reversed.forEach((i, a) =>
    reversed.forEach((j, b) => {
      damped[a * columns + b] = matrix[i * columns + j]
      if (i === j) damped[a * columns + b] = matrix[i * columns + i] > 0 ? matrix[i * columns + i] + damping : 1
    }),
  )
  return damped
}
