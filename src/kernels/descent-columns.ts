// The matrices of coordinate descent, H and the gradient G = (Ŵ − W) H: columns in their places, each divided by its h.
// With Y = G / h, a column alone would lie best at ŵ − Y; moving it by δ changes the row's objective by h δ (δ + 2 Y)
// and adds δ · H[t, :] / h to Y.
import code from '../../shaders/descent-columns.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'descent-columns',
  code,
  bindings: { matrix: 'read', diagonal: 'read', order: 'read', scaled: 'read_write' },
  params: {
    rows: 'u32',
    columns: 'u32',
    stride: 'u32',
    first: 'u32',
    source: 'u32',
    source_rows: 'u32',
    ordered: 'u32',
  },
})

/** Places that a descent's kernels take at once. */
export const DESCENT_BLOCK = 16
/** The column of an empty place. */
const NONE = 0xffffffff

/** Places of a row whose groups of `width` columns fill whole blocks. */
export function descentStride(columns: number, width = columns): number {
  return Math.ceil(columns / width) * Math.ceil(width / DESCENT_BLOCK) * DESCENT_BLOCK
}

/** The column of every place: those of `order`, every group of `width` of them in whole blocks of its own. */
export function descentPlaces(order: ArrayLike<number>, width = order.length): Uint32Array<ArrayBuffer> {
  const columns = order.length
  const places = new Uint32Array(descentStride(columns, width)).fill(NONE)
  const groupPlaces = descentStride(width)
  for (let t = 0; t < columns; t++) places[Math.floor(t / width) * groupPlaces + (t % width)] = order[t]
  return places
}

/**
 * Records scaled f32 [rows + 1, stride] of matrix f32 [rows, columns]: entries / h, and a last row of h, which every
 * tile of it has. diagonal f32 [columns, 2] = (h, 1 / h); order u32 [stride], by descentPlaces. `ordered`: the rows are
 * in their places, too.
 */
export function descentColumns(
  batch: Batch,
  bindings: { matrix: Tiled; diagonal: Binding; order: Binding; scaled: Tiled },
  { rows, columns, stride, ordered = false }: { rows: number; columns: number; stride: number; ordered?: boolean },
): void {
  const sources = tilesOf(bindings.matrix, rows)
  for (const { first, rows: height, binding: scaled } of tilesOf(bindings.scaled, rows))
    for (const { first: source, rows: sourceRows, binding: matrix } of sources)
      batch.run(kernel, {
        bindings: { ...bindings, matrix, scaled },
        params: { rows: height, columns, stride, first, source, source_rows: sourceRows, ordered: Number(ordered) },
        workgroups: spread(Math.ceil(((height + 1) * stride) / 256)),
        work: (4 * height * stride) / sources.length,
      })
}

/** The same in float64, places as descentPlaces gives them. */
export function reference(
  matrix: ArrayLike<number>,
  h: ArrayLike<number>,
  places: ArrayLike<number>,
  rows: number,
  ordered = false,
): Float64Array {
  const stride = places.length
  const scaled = new Float64Array((rows + 1) * stride)
  for (let t = 0; t < stride; t++) {
    const j = places[t]
    if (!(h[j] > 0)) continue
    for (let i = 0; i < rows; i++) scaled[i * stride + t] = matrix[(ordered ? places[i] : i) * h.length + j] / h[j]
    scaled[rows * stride + t] = h[j]
  }
  return scaled
}
