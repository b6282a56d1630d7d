// From ranges to levels, and what a group of the whole layer needs: its rows reduce on their own, then `pool` gives all
// of them what they have together.
import type { Batch } from '../../gpu/batch.ts'
import type { GpuBuffer } from '../../gpu/buffer.ts'
import type { Gpu } from '../../gpu/gpu.ts'
import { Scope } from '../../gpu/scope.ts'
import { rangeLevels, reference as levelsReference, type ZeroKind } from '../../kernels/range-levels.ts'
import { pool, reference as poolReference, type Pooling } from '../../kernels/pool.ts'
import type { GroupShape } from '../../kernels/range.ts'
import { groupsOf, TENSOR, type GridSettings, type Levels, type Problem, type ReferenceLevels } from '../problem.ts'

/** Rows, columns, width and groups of a layer on a grid. */
export function groupShape(
  { rows, columns }: { rows: number; columns: number },
  { group }: Pick<GridSettings, 'group'>,
): GroupShape {
  return { rows, columns, ...groupsOf(columns, group) }
}

/**
 * Records the pooling of values f32 [rows, width] over all rows of the layer where they are one group; where its rows
 * come in parts, waits for the others.
 */
export async function poolRows(
  batch: Batch,
  values: GpuBuffer,
  { rows, together, width }: Pick<Problem, 'rows' | 'together'> & { width: number },
  pooling: Pooling,
  { group }: Pick<GridSettings, 'group'>,
): Promise<void> {
  if (group !== TENSOR) return
  if (!together) return void pool(batch, { values }, { rows, width, pooling })
  batch.flush()
  await together.pool(values, width, pooling)
}

/** The same in float64. */
export function pooled(
  values: Float64Array<ArrayBuffer>,
  { rows, width }: { rows: number; width: number },
  pooling: Pooling,
  { group }: Pick<GridSettings, 'group'>,
): Float64Array<ArrayBuffer> {
  return group === TENSOR ? poolReference(values, { rows, width, pooling }) : values
}

export interface LevelKind extends GridSettings {
  zero: ZeroKind
}

/** Records levels that span ranges f32 [rows, groups, 2]; the caller owns them. */
export function levelsOfRanges(
  gpu: Gpu,
  batch: Batch,
  ranges: GpuBuffer,
  { rows, width, groups }: GroupShape,
  { zero, ...settings }: LevelKind,
): Levels {
  const scope = new Scope(gpu)
  const scales = scope.buffer('scales', 4 * rows * groups)
  const zeros = scope.buffer('zeros', 4 * rows * groups)
  const { bits, scaleType } = settings
  rangeLevels(batch, { ranges, scales, zeros }, { levels: rows * groups, bits, zero, scaleType })
  const zeroType = zero === 'half' ? 'half' : 'integer'
  return { ...settings, width, groups, scales, zeros, zeroType, [Symbol.dispose]: () => scope[Symbol.dispose]() }
}

/** The same in float64. */
export function referenceLevels(
  ranges: Float64Array,
  { rows, width, groups }: GroupShape,
  { zero, ...settings }: LevelKind,
): ReferenceLevels {
  const { bits, scaleType } = settings
  const levels = levelsReference(ranges, { levels: rows * groups, bits, zero, scaleType })
  return { ...settings, width, groups, ...levels, zeroType: zero === 'half' ? 'half' : 'integer' }
}
