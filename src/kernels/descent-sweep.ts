// Cyclic coordinate descent in two shapes, chosen as those of greedy descent.
import type { Batch } from '../gpu/batch.ts'
import { sweepThread, THREAD_BLOCK, turnWork, type SweepBindings, type SweepShape } from './descent-sweep-thread.ts'
import { sweepWorkgroup, WORKGROUP_BLOCK } from './descent-sweep-workgroup.ts'
import type { DescentLayout } from './descent.ts'

/** Columns that take their turn together, turns of a sweep, and multiply-adds of a turn. */
export function sweepTurns(
  size: { rows: number; columns: number },
  layout: DescentLayout,
): { block: number; blocks: number; work: number } {
  const block = layout === 'thread' ? THREAD_BLOCK : WORKGROUP_BLOCK
  return { block, blocks: Math.ceil(size.columns / block), work: turnWork(size, block) }
}

/** Records so many turns of every row. */
export function sweep(batch: Batch, bindings: SweepBindings, shape: SweepShape, layout: DescentLayout): void {
  if (layout === 'thread') sweepThread(batch, bindings, shape)
  else sweepWorkgroup(batch, bindings, shape)
}
