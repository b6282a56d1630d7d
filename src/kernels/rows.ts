// Reductions along rows come in two shapes of one shader: a row per invocation (no barriers) or a row per workgroup.
import { spread, type Batch } from '../gpu/batch.ts'
import { shapeOf } from './shape.ts'

export type RowShape = 'thread' | 'workgroup'

/** Name and shapes of the choice, which rmsnorm.ts measures for all of them. */
export const rows = { name: 'rows', shapes: ['thread', 'workgroup'] } as const

/** Override constants and workgroups for `count` rows. */
export function rowDispatch(
  batch: Batch,
  count: number,
  shape: RowShape = shapeOf<RowShape>(batch.gpu, rows),
): { overrides: Record<string, number>; workgroups: [number, number] } {
  const [lanes, tokens] = shape === 'thread' ? [1, 16] : [64, 1]
  return { overrides: { LANES: lanes, TOKENS: tokens }, workgroups: spread(Math.ceil(count / tokens)) }
}

/** The same for `count` groups of `width` columns, where a whole workgroup would have little to do in a narrow one. */
export function groupDispatch(
  batch: Batch,
  count: number,
  width: number,
  shape: RowShape = shapeOf<RowShape>(batch.gpu, rows),
): { overrides: Record<string, number>; workgroups: [number, number] } {
  if (shape === 'thread' || width > 128) return rowDispatch(batch, count, shape)
  return { overrides: { LANES: 16, TOKENS: 4 }, workgroups: spread(Math.ceil(count / 4)) }
}
