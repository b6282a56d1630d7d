// Columns by smallest remaining diagonal of a Cholesky factorisation, a block of pivots at a time: the order in which
// they are quantized is the reverse (Chen et al. 2025, "The geometry of LLM quantization: GPTQ as Babai's nearest plane").
import rowCode from '../../shaders/min-pivot-row.wgsl?raw'
import code from '../../shaders/min-pivot.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'min-pivot',
  code,
  bindings: { matrix: 'read', pivots: 'read', remaining: 'read_write', panel: 'read_write', order: 'read_write' },
  params: { columns: 'u32', stride: 'u32', start: 'u32', size: 'u32', step: 'u32' },
})

export const rowKernel = defineKernel({
  name: 'min-pivot-row',
  code: rowCode,
  bindings: { matrix: 'read', order: 'read', panel: 'read_write' },
  params: { columns: 'u32', stride: 'u32', first: 'u32', tile_rows: 'u32', place: 'u32', step: 'u32' },
})

/** Diagonal of a column that is done. */
export const DONE = Math.fround(3.4e38)

/**
 * Records `size` pivots, the first of which is number `start`: their columns in `order` u32 [columns] from its end on,
 * their rows of the factor in `panel` f32 [size, stride]. matrix f32 [columns, stride], of which the upper triangle is
 * A less what earlier blocks eliminated; pivots f32 [columns], the diagonal of A; remaining f32 [columns], the diagonal
 * that is left. Where the matrix lies in several tiles, every step is a dispatch, and one for each of them.
 */
export function minPivot(
  batch: Batch,
  bindings: { matrix: Tiled; pivots: Binding; remaining: Binding; panel: Binding; order: Binding },
  params: { columns: number; stride: number; start: number; size: number },
  lanes = batch.gpu.adapter.software ? 1 : 256,
): void {
  const { columns, stride, start, size } = params
  const tiles = tilesOf(bindings.matrix, columns)
  const [{ binding: matrix }] = tiles
  const given = { bindings: { ...bindings, matrix }, workgroups: [1] as const }
  if (tiles.length === 1) {
    const work = columns * size * (size / 2 + 8)
    batch.run(kernel, { ...given, params: { ...params, step: 0 }, overrides: { LANES: lanes }, work })
    return
  }
  const { order, panel } = bindings
  for (let step = 0; step <= size; step++) {
    const work = columns * (step + 8)
    batch.run(kernel, { ...given, params: { ...params, step }, overrides: { LANES: lanes, TILED: 1 }, work })
    if (step === size) break
    for (const { first, rows, binding } of tiles)
      batch.run(rowKernel, {
        bindings: { matrix: binding, order, panel },
        params: { columns, stride, first, tile_rows: rows, place: columns - 1 - start - step, step },
        workgroups: [Math.ceil(columns / 64)],
        work: columns / tiles.length,
      })
  }
}

/**
 * The columns in processing order in float64: the first pivot comes last. Eliminates the whole matrix with every
 * pivot. What rounding would leave of a diagonal that is 0 eliminates nothing.
 */
export function reference(matrix: ArrayLike<number>, columns: number): Uint32Array<ArrayBuffer> {
  const A = Float64Array.from(matrix)
  const left = new Set(Array.from({ length: columns }, (_, j) => j))
  const order = new Uint32Array(columns)
  for (let t = columns - 1; t >= 0; t--) {
    const at = (j: number) => A[j * (columns + 1)]
    const p = [...left].reduce((least, j) => (at(j) <= at(least) ? j : least))
    left.delete(p)
    order[t] = p
    if (!(at(p) > 2.4e-7 * matrix[p * (columns + 1)])) continue
    for (const i of left) for (const j of left) A[i * columns + j] -= (A[i * columns + p] * A[p * columns + j]) / at(p)
  }
  return order
}
