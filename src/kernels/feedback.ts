// The linear feedback of LDLQ (QuIP, Chee et al. 2023: GPTQ without an inverse). With H, in processing order, = C Cᵀ
// and C upper:
// M = C diag(1 / diag C) − I. `damped` reverses the order, so that C is the flipped transpose of the ordinary Cholesky
// factor.
import code from '../../shaders/feedback.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'
import { rowLanes } from './lanes.ts'

export const kernel = defineKernel({
  name: 'feedback',
  code,
  bindings: { factor: 'read', diagonal: 'read', order: 'read', feedback: 'read_write' },
  params: { columns: 'u32', stride: 'u32', first: 'u32', source: 'u32', source_rows: 'u32' },
})

/**
 * Records feedback f32 [columns, stride]: M[s, t] for s < t in processing order; on the diagonal 1, or 0 for a dead
 * column; below it 0.
 * factor f32 [columns, stride] is upper, A = RᵀR of the reversed matrix.
 */
export function feedback(
  batch: Batch,
  bindings: { factor: Tiled; diagonal: Binding; order: Binding; feedback: Tiled },
  params: { columns: number; stride: number },
): void {
  const { columns } = params
  const sources = tilesOf(bindings.factor, columns)
  for (const { first, rows, binding } of tilesOf(bindings.feedback, columns))
    for (const { first: source, rows: sourceRows, binding: factor } of sources)
      batch.run(kernel, {
        bindings: { ...bindings, factor, feedback: binding },
        params: { ...params, first, source, source_rows: sourceRows },
        workgroups: [rows],
        overrides: { LANES: rowLanes(batch) },
        work: (rows * columns) / sources.length,
      })
}

/**
 * The same in float64 from H in processing order, damped, dead columns already 1: columns of C by substitution from the
 * last on.
 */
export function reference(ordered: ArrayLike<number>, dead: readonly boolean[], columns: number): Float64Array {
  const C = new Float64Array(columns * columns)
  for (let t = columns - 1; t >= 0; t--)
    for (let s = t; s >= 0; s--) {
      let sum = ordered[s * columns + t]
      for (let k = t + 1; k < columns; k++) sum -= C[s * columns + k] * C[t * columns + k]
      C[s * columns + t] = s === t ? Math.sqrt(sum) : sum / C[t * columns + t]
    }
  const M = new Float64Array(columns * columns)
  for (let t = 0; t < columns; t++) {
    for (let s = 0; s < t; s++) M[s * columns + t] = C[s * columns + t] / C[t * columns + t]
    M[t * columns + t] = dead[t] ? 0 : 1
  }
  return M
}
