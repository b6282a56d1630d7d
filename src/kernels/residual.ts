// E = Ŵ − W, ŵ = scale · (code − zero).
import code from '../../shaders/residual.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { rowLanes } from './lanes.ts'
import type { LevelShape } from './nearest.ts'

export const kernel = defineKernel({
  name: 'residual',
  code,
  bindings: { weights: 'read', codes: 'read', scales: 'read', zeros: 'read', residual: 'read_write' },
  params: { rows: 'u32', columns: 'u32', width: 'u32', groups: 'u32' },
})

/**
 * Records residual = Ŵ − W: weights f32, codes u32, residual f32 [rows, columns], scales and zeros f32 [rows, groups].
 */
export function residual(
  batch: Batch,
  bindings: { weights: Binding; codes: Binding; scales: Binding; zeros: Binding; residual: Binding },
  { rows, columns, width, groups }: Omit<LevelShape, 'bits'>,
): void {
  batch.run(kernel, {
    bindings,
    params: { rows, columns, width, groups },
    workgroups: spread(rows),
    overrides: { LANES: rowLanes(batch) },
    work: rows * columns,
  })
}

/** The same in float64. */
export function reference(
  weights: ArrayLike<number>,
  codes: ArrayLike<number>,
  scales: ArrayLike<number>,
  zeros: ArrayLike<number>,
  { rows, columns, width, groups }: Omit<LevelShape, 'bits'>,
): Float64Array {
  const residual = new Float64Array(rows * columns)
  for (let at = 0; at < residual.length; at++) {
    const level = Math.floor(at / columns) * groups + Math.floor((at % columns) / width)
    residual[at] = scales[level] * (codes[at] - zeros[level]) - weights[at]
  }
  return residual
}
