// Cyclic coordinate descent in two shapes, chosen as those of greedy descent.
import type { Batch } from '../gpu/batch.ts'
import { sweepThread, THREAD_BLOCK, type SweepBindings, type SweepShape } from './descent-sweep-thread.ts'
import { sweepWorkgroup, WORKGROUP_BLOCK } from './descent-sweep-workgroup.ts'
import type { DescentLayout } from './descent.ts'

/** Blocks of a row: turns of a sweep. */
export function sweepBlocks(columns: number, layout: DescentLayout): number {
  return Math.ceil(columns / (layout === 'thread' ? THREAD_BLOCK : WORKGROUP_BLOCK))
}

/** Records at most so many sweeps of every row. */
export function sweep(batch: Batch, bindings: SweepBindings, shape: SweepShape, layout: DescentLayout): void {
  if (layout === 'thread') sweepThread(batch, bindings, shape)
  else sweepWorkgroup(batch, bindings, shape)
}
