// What lies right of a factorised diagonal block: solves R_bbᵀ X = A[block, after the block] of a blocked Cholesky
// factorisation A = RᵀR.
import code from '../../shaders/cholesky-panel.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tileAt, type Tiled } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'cholesky-panel',
  code,
  bindings: { matrix: 'read_write', panel: 'read_write' },
  params: { columns: 'u32', stride: 'u32', start: 'u32', size: 'u32', first: 'u32' },
})

/**
 * Records X in place in matrix f32 [columns, stride], and a copy in panel f32 [size, stride]; the block [start, start +
 * size) is factorised.
 */
export function choleskyPanel(
  batch: Batch,
  bindings: { matrix: Tiled; panel: Binding },
  params: { columns: number; stride: number; start: number; size: number },
): void {
  const { columns, start, size } = params
  const rest = columns - start - size
  const lanes = 64
  if (rest <= 0) return
  const { first, binding: matrix } = tileAt(bindings.matrix, start, size)
  batch.run(kernel, {
    bindings: { ...bindings, matrix },
    params: { ...params, first },
    workgroups: [Math.ceil(rest / lanes)],
    overrides: { LANES: lanes },
    work: (size * size * rest) / 2,
  })
}

/** X [size, columns − start − size] in float64. */
export function reference(
  matrix: ArrayLike<number>,
  { columns, start, size }: { columns: number; start: number; size: number },
): Float64Array {
  const rest = columns - start - size
  const at = (i: number, j: number) => matrix[(start + i) * columns + start + j]
  const x = new Float64Array(size * rest)
  for (let j = 0; j < rest; j++)
    for (let k = 0; k < size; k++) {
      let sum = at(k, size + j)
      for (let i = 0; i < k; i++) sum -= at(i, k) * x[i * rest + j]
      x[k * rest + j] = sum / at(k, k)
    }
  return x
}
