// Rows and columns of H as a matrix of their own, padded with zeros for a matrix product.
import code from '../../shaders/hessian-block.wgsl?raw'
import { spread, type Batch } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'hessian-block',
  code,
  bindings: { matrix: 'read', block: 'read_write' },
  params: {
    columns: 'u32',
    start: 'u32',
    count: 'u32',
    first: 'u32',
    last: 'u32',
    height: 'u32',
    span: 'u32',
    hole: 'u32',
    source: 'u32',
    source_rows: 'u32',
    line: 'u32',
  },
})

export interface HessianBlock {
  /** Of H. */
  columns: number
  /** Rows start … start + count − 1. */
  start: number
  count: number
  /** Columns first … last − 1. */
  first: number
  last: number
  /** Rows and columns of the result, at least as many. */
  height: number
  span: number
  /** Zeros where row and column are both of start … start + count − 1: what other columns do to these. */
  hole: boolean
}

/** Records block f32 [height, span] of matrix [columns, columns]. */
export function hessianBlock(
  batch: Batch,
  bindings: { matrix: Tiled; block: Tiled },
  { hole, ...shape }: HessianBlock,
): void {
  const last = shape.start + shape.count
  // Tiles of H without any of the rows have nothing to give.
  const sources = tilesOf(bindings.matrix, shape.columns).filter(
    ({ first, rows }) => first < last && first + rows > shape.start,
  )
  for (const { first: line, rows, binding: block } of tilesOf(bindings.block, shape.height)) {
    const height = Math.min(rows, shape.height - line)
    if (height <= 0) break
    for (const { first: source, rows: sourceRows, binding: matrix } of sources)
      batch.run(kernel, {
        bindings: { matrix, block },
        params: { ...shape, height, hole: Number(hole), source, source_rows: sourceRows, line },
        workgroups: spread(Math.ceil((height * shape.span) / 64)),
        work: height * shape.span,
      })
  }
}

/** The same. */
export function reference(
  matrix: ArrayLike<number>,
  { columns, start, count, first, last, height, span, hole }: HessianBlock,
): Float64Array {
  const block = new Float64Array(height * span)
  for (let i = start; i < start + count; i++)
    for (let j = first; j < last; j++)
      if (!(hole && j >= start && j < start + count)) block[(i - start) * span + j - first] = matrix[i * columns + j]
  return block
}
