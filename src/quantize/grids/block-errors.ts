// Errors e_b H_bb e_bᵀ of every group, summed over its blocks of columns, at every factor: the block-diagonal part of H,
// or all of it where one block is the whole row. E of some factors, E·H_bb by the matrix product, and their row sums.
import type { Batch } from '../../gpu/batch.ts'
import { bindableBytes, RowTiles } from '../../gpu/row-tiles.ts'
import { clipLoss } from '../../kernels/clip-loss.ts'
import { clipResidual } from '../../kernels/clip-residual.ts'
import { hessianBlock } from '../../kernels/hessian-block.ts'
import { matmul } from '../../kernels/matmul.ts'
import { padded } from '../../kernels/rank-update.ts'
import type { Search } from './clip-search.ts'

/** Bytes of E at several factors that are held at once; at one factor it may be more. */
const HELD_BYTES = 2 ** 25

/** Records the errors of blocks of `block` columns, counted from the start of their group. */
export function recordBlockErrors(batch: Batch, search: Search, block: number): void {
  const { gpu, problem, shape, levels, factors, errors, scope } = search
  const { rows, columns, width, groups, count } = shape
  const { weights, hessian } = problem
  const { scales, zeros } = levels
  const most = padded(Math.min(block, width))
  const held = Math.min(HELD_BYTES, bindableBytes(gpu.adapter))
  const together = Math.min(count, Math.max(1, Math.floor(held / (4 * rows * most))))
  const residual = scope.buffer('clip residual', 4 * together * rows * most)
  const product = scope.buffer('clip product', 4 * together * rows * most)
  const own = scope.own(RowTiles.create(gpu, 'hessian block', most, most))
  for (let group = 0; group < groups; group++) {
    const last = Math.min(columns, (group + 1) * width)
    for (let start = group * width; start < last; start += block) {
      const end = Math.min(last, start + block)
      const span = padded(end - start)
      const part = { columns, start, count: end - start, first: start, last: end, height: span, span, hole: false }
      hessianBlock(batch, { matrix: hessian.matrix, block: own }, part)
      for (let first = 0; first < count; first += together) {
        const some = Math.min(together, count - first)
        const tried = { ...shape, start, end, first, count: some, span }
        clipResidual(batch, { weights, scales, zeros, factors, residual }, tried)
        matmul(batch, { x: residual, weights: own, y: product }, { tokens: some * rows, rows: span, columns: span })
        const accumulate = start > group * width
        const sums = { rows, groups, group, span, first, count: some, factors: count, accumulate }
        clipLoss(batch, { residual, product, errors }, sums)
      }
    }
  }
}
