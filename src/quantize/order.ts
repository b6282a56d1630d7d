// Orders in which GPTQ quantizes the columns of H. An error can be made up for only by columns to come, so that columns
// on which much depends go first.
// natural: as they come. activation: by descending diagonal of H (act-order of IST-DASLab/gptq).
// min-pivot: of H + damping, again and again the column with the smallest diagonal of what the columns taken before
// leave unexplained; they are quantized in reverse (Chen et al. 2025, GPTQ as Babai's nearest plane). columns³ / 2
// multiply-adds.
// group: groups by descending largest diagonal, columns within their group by descending diagonal, so that groups stay
// together in the file (group-aware reordering, Gafni et al. 2025; GPTQModel's act_group_aware).
// Ties everywhere: the lower column (or group) first.
import type { Binding } from '../gpu/batch.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { BLOCK } from '../kernels/cholesky-block.ts'
import { damped } from '../kernels/damped.ts'
import { minPivot, reference as minPivotReference } from '../kernels/min-pivot.ts'
import { padded, rankUpdateTiles } from '../kernels/rank-update.ts'
import { Paced, type Stoppable } from './paced.ts'

export const orders = ['natural', 'activation', 'min-pivot', 'group'] as const
export type Order = (typeof orders)[number]

/** Orders that the diagonal of H gives. */
export type DiagonalOrder = Exclude<Order, 'min-pivot'>

/** Column of every step. `width`: columns of a group; only `group` looks at it. */
export function orderOf(
  diagonal: ArrayLike<number>,
  order: DiagonalOrder,
  width = diagonal.length,
): Uint32Array<ArrayBuffer> {
  const columns = Uint32Array.from({ length: diagonal.length }, (_, j) => j)
  if (order === 'natural') return columns
  const largest = new Float64Array(Math.ceil(columns.length / width))
  for (const j of columns) largest[Math.floor(j / width)] = Math.max(largest[Math.floor(j / width)], diagonal[j])
  return columns.sort((a, b) => {
    const [g, h] = order === 'group' ? [Math.floor(a / width), Math.floor(b / width)] : [0, 0]
    return (g === h ? diagonal[b] - diagonal[a] : largest[h] - largest[g]) || a - b
  })
}

/**
 * The min-pivot order of `matrix` f32 [columns, columns] with `damping` added to its diagonal. Pauses as it goes.
 */
export async function* minPivotOrder(
  gpu: Gpu,
  given: { columns: number; matrix: RowTiles; diagonal: Binding; values: Float32Array },
  damping: number,
): Stoppable<Uint32Array> {
  const { columns, matrix, diagonal, values } = given
  using scope = new Scope(gpu)
  const stride = padded(columns)
  // `damped` turns its order round: what it makes is then in natural order.
  const reversed = scope.upload('natural order', orderOf(values, 'natural').reverse())
  const left = scope.own(RowTiles.create(gpu, 'matrix to eliminate', columns, stride))
  const pivots = scope.buffer('pivots', 4 * columns)
  const panel = scope.buffer('panel', 4 * BLOCK * stride)
  const order = scope.buffer('order', 4 * columns)
  // Dead columns take no part: they are the last to be quantized.
  const diagonals = values.map((h) => (h > 0 ? h + damping : 0))
  const remaining = scope.upload('remaining diagonal', diagonals)
  const paced = new Paced(gpu, 'min-pivot order')
  const { batch } = paced
  damped(batch, { matrix, diagonal, order: reversed, damped: left, pivots }, { columns, stride, damping })
  for (let start = 0; start < columns; start += BLOCK) {
    const size = Math.min(BLOCK, columns - start)
    minPivot(batch, { matrix: left, pivots, remaining, panel, order }, { columns, stride, start, size })
    const part = { binding: panel, offset: 0, stride }
    const all = { matrix: left, row: 0, column: 0, stride }
    const update = { rows: columns, columns, depth: size, sign: -1, upper: true } as const
    rankUpdateTiles(batch, { left: part, right: part, result: all }, update)
    yield* paced.after((columns * columns * size) / 2)
  }
  batch.flush()
  return gpu.readU32(order)
}

/** Any order in float64, from H [columns, columns]. */
export function referenceOrder(
  hessian: ArrayLike<number>,
  columns: number,
  order: Order,
  { damping, width }: { damping: number; width: number },
): Uint32Array<ArrayBuffer> {
  const diagonal = Float64Array.from({ length: columns }, (_, j) => hessian[j * (columns + 1)])
  if (order !== 'min-pivot') return orderOf(diagonal, order, width)
  const damped = Float64Array.from(hessian)
  diagonal.forEach((h, j) => h > 0 && (damped[j * (columns + 1)] += damping))
  return minPivotReference(damped, columns)
}
