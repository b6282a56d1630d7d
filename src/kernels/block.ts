// Block descent in two shapes: one thread per row (barrier-free), one workgroup per row (openings on chip). What suits
// greedy descent on a device suits it too, as both walk along rows of their own.
import type { Batch } from '../gpu/batch.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { blockThread, type BlockBindings, type BlockShape } from './block-thread.ts'
import { blockFitsWorkgroup, blockWorkgroup } from './block-workgroup.ts'
import { descentShaped, type DescentLayout } from './descent.ts'
import { shapeOf } from './shape.ts'

/** Words of four pairs that hold a partition of so many columns. */
export function quadsOf(columns: number): number {
  return Math.ceil(Math.ceil(columns / 2) / 4)
}

/** The shape for rows of so many columns on this device, unless a row does not fit into workgroup memory. */
export function blockLayout(gpu: Gpu, columns: number): DescentLayout {
  return blockFitsWorkgroup(gpu, columns) ? shapeOf(gpu, descentShaped) : 'thread'
}

/** Records so many partitions of every row. */
export function block(batch: Batch, bindings: BlockBindings, shape: BlockShape, layout: DescentLayout): void {
  if (layout === 'thread') blockThread(batch, bindings, shape)
  else blockWorkgroup(batch, bindings, shape)
}
