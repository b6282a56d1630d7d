// A block of steps of a sweep of QuantEase (Behdin et al. 2023, algorithm 1): ŵ_t ← the level nearest to ŵ_t − G_t / h_t,
// or that number itself in a relaxed sweep; G = (Ŵ − W) H of the weights as they are.
import code from '../../shaders/quantease-block.wgsl?raw'
import codeOf from '../../shaders/shared/code.wgsl?raw'
import divide from '../../shaders/shared/divide.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tileAt, type Tiled } from '../gpu/row-tiles.ts'
import { nearestCode } from '../math/round.ts'
import type { LevelShape } from './nearest.ts'
import { padded } from './rank-update.ts'

export const kernel = defineKernel({
  name: 'quantease-block',
  code: code + codeOf + divide,
  bindings: {
    weights: 'read_write',
    product: 'read',
    order: 'read',
    scales: 'read',
    zeros: 'read',
    matrix: 'read',
    correction: 'read',
    changes: 'read_write',
  },
  params: {
    rows: 'u32',
    columns: 'u32',
    width: 'u32',
    groups: 'u32',
    top: 'f32',
    start: 'u32',
    size: 'u32',
    stride: 'u32',
    row_stride: 'u32',
    first: 'u32',
    relaxed: 'u32',
  },
})

export interface QuantEaseBlock extends LevelShape {
  /** First step of the block, a multiple of 4, and number of its steps, at most BLOCK of cholesky-block.ts. */
  start: number
  size: number
  /** Leaves the columns unquantized. */
  relaxed: boolean
}

/**
 * Records the block's weights f32 [rows, columns] and their changes f32 [size, padded(rows)]. product f32 [rows,
 * columns]; order u32 [columns]; scales, zeros f32 [rows, groups]; matrix f32 [columns, padded(columns)] in order of
 * processing; correction f32 [columns, padded(rows)], what earlier blocks of the sweep added to G.
 */
export function quantEaseBlock(
  batch: Batch,
  bindings: Record<Exclude<keyof typeof kernel.bindings, 'matrix'>, Binding> & { matrix: Tiled },
  { rows, columns, width, groups, bits, start, size, relaxed }: QuantEaseBlock,
  lanes = 16,
): void {
  const { first, binding: matrix } = tileAt(bindings.matrix, start, size)
  batch.run(kernel, {
    bindings: { ...bindings, matrix },
    params: {
      rows,
      columns,
      width,
      groups,
      top: 2 ** bits - 1,
      start,
      size,
      stride: padded(columns),
      row_stride: padded(rows),
      first,
      relaxed: Number(relaxed),
    },
    workgroups: spread(Math.ceil(rows / lanes)),
    overrides: { LANES: lanes },
    work: rows * size * (size / 2 + 16),
  })
}

/** The block's weights and changes in float64; matrix [columns, columns], correction [columns, rows]. */
export function reference(
  given: Record<'weights' | 'product' | 'order' | 'scales' | 'zeros' | 'matrix' | 'correction', ArrayLike<number>>,
  { rows, columns, width, groups, bits, start, size, relaxed }: QuantEaseBlock,
): { weights: Float64Array; changes: Float64Array } {
  const { product, order, scales, zeros, matrix, correction } = given
  const weights = Float64Array.from(given.weights)
  const changes = new Float64Array(size * rows)
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < size; k++) {
      const t = start + k
      const at = row * columns + order[t]
      let G = product[at] + correction[t * rows + row]
      for (let s = 0; s < k; s++) G += changes[s * rows + row] * matrix[(start + s) * columns + t]
      const level = row * groups + Math.floor(order[t] / width)
      const wanted = weights[at] - G / matrix[t * columns + t]
      const code = nearestCode(wanted / scales[level], zeros[level], 2 ** bits - 1)
      const set = relaxed ? wanted : scales[level] * (code - zeros[level])
      changes[k * rows + row] = set - weights[at]
      weights[at] = set
    }
  return { weights, changes }
}
