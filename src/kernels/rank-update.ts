// C[i, j] += sign · Σ_k left[k, i] · right[k, j] for few k: what a solved block does to the rest of a matrix, in
// Cholesky and in GPTQ.
import code from '../../shaders/rank-update.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'rank-update',
  code,
  bindings: { left: 'read', right: 'read', result: 'read_write' },
  params: {
    rows: 'u32',
    columns: 'u32',
    depth: 'u32',
    sign: 'f32',
    upper: 'u32',
    result_offset: 'u32',
    result_stride: 'u32',
    left_offset: 'u32',
    left_stride: 'u32',
    right_offset: 'u32',
    right_stride: 'u32',
  },
})

/** Words of a row that holds so many: a multiple of 4. */
export function padded(words: number): number {
  return Math.ceil(words / 4) * 4
}

/** A part of a matrix: where its first word is, and how many words lie between its rows; multiples of 4. */
export interface Part {
  binding: Binding
  offset: number
  stride: number
}

export interface RankUpdate {
  /** Rows and columns of C, and number of terms. */
  rows: number
  columns: number
  depth: number
  sign: 1 | -1
  /** Leaves out tiles wholly below the diagonal of C. */
  upper: boolean
}

/**
 * Records result[i, j] += sign · Σ_k left[k, i] · right[k, j]: left [depth, rows], right [depth, columns], result
 * [rows, columns].
 * Up to three words behind each row of the result, within padded(columns), are overwritten.
 */
export function rankUpdate(
  batch: Batch,
  { left, right, result }: { left: Part; right: Part; result: Part },
  shape: RankUpdate,
): void {
  const { rows, columns, depth, sign, upper } = shape
  if (rows <= 0 || columns <= 0) return
  const lanes = batch.gpu.adapter.software ? 4 : 16
  batch.run(kernel, {
    bindings: { left: left.binding, right: right.binding, result: result.binding },
    params: {
      rows,
      columns,
      depth,
      sign,
      upper: Number(upper),
      result_offset: result.offset,
      result_stride: result.stride,
      left_offset: left.offset,
      left_stride: left.stride,
      right_offset: right.offset,
      right_stride: right.stride,
    },
    workgroups: [Math.ceil(columns / (8 * lanes)), Math.ceil(rows / 8)],
    overrides: { LANES: lanes },
    work: (rows * columns * depth) / (upper ? 2 : 1),
  })
}

/** The same where C lies in tiles of rows of `matrix`, from its row and column on, with `stride` words to a row. */
export function rankUpdateTiles(
  batch: Batch,
  given: { left: Part; right: Part; result: { matrix: Tiled; row: number; column: number; stride: number } },
  { rows, columns, ...shape }: RankUpdate,
): void {
  const { left, right } = given
  const { matrix, row, column, stride } = given.result
  for (const { first, rows: height, binding } of tilesOf(matrix, row + rows)) {
    const start = Math.max(first, row)
    const count = first + height - start
    if (count <= 0) continue
    // Rows that the tiles before it hold; above the diagonal, as many columns are not looked at.
    const before = start - row
    const skipped = shape.upper ? before : 0
    rankUpdate(
      batch,
      {
        left: { ...left, offset: left.offset + before },
        right: { ...right, offset: right.offset + skipped },
        result: { binding, offset: (start - first) * stride + column + skipped, stride },
      },
      { ...shape, rows: count, columns: columns - skipped },
    )
  }
}

/** What is added, in float64; dense operands. */
export function reference(
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  { rows, columns, depth, sign }: RankUpdate,
): Float64Array {
  const sum = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < depth; k++) sum[i * columns + j] += sign * left[k * rows + i] * right[k * columns + j]
  return sum
}
