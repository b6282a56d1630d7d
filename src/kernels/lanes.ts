// Width of workgroups that take a row each.
import type { Batch } from '../gpu/batch.ts'

/**
 * Invocations for a row: on a software adapter as few as its vectors hold, since each has its price; else a wave or
 * two.
 */
export function rowLanes(batch: Batch): number {
  return batch.gpu.adapter.software ? 4 : 64
}
