// Block descent in every row as in block-thread, one workgroup per row, for real GPUs.
import pair from '../../shaders/shared/block-pair.wgsl?raw'
import row from '../../shaders/shared/block-row.wgsl?raw'
import code from '../../shaders/block-workgroup.wgsl?raw'
import { spread, type Batch } from '../gpu/batch.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { blockTurns, params, reference, type BlockBindings, type BlockShape } from './block-thread.ts'

export { reference }

export const kernel = defineKernel({
  name: 'block-workgroup',
  code: code + pair + row,
  bindings: {
    hessian: 'read',
    scales: 'read',
    product: 'read_write',
    codes: 'read_write',
    pairs: 'read',
    couplings: 'read',
    openings: 'read_write',
    gains: 'read_write',
  },
  params,
})

/** Bytes of a candidate, of which every lane keeps one in workgroup memory. */
const CANDIDATE_BYTES = 24

/** Lanes for rows of so many columns: a few words of four pairs of every partition for each. */
function lanesFor(columns: number): number {
  return columns <= 512 ? 32 : columns <= 1024 ? 64 : 128
}

/** Whether the openings of a row fit into this adapter's workgroup memory. */
export function blockFitsWorkgroup(gpu: Gpu, columns: number): boolean {
  const bytes = 4 * slotsFor(columns) + CANDIDATE_BYTES * lanesFor(columns) + 64
  return bytes <= gpu.device.limits.maxComputeWorkgroupStorageSize
}

function slotsFor(columns: number): number {
  return Math.ceil(columns / 64) * 64
}

/** Records so many partitions of every row. */
export function blockWorkgroup(
  batch: Batch,
  bindings: BlockBindings,
  shape: BlockShape,
  lanes = lanesFor(shape.columns),
): void {
  const overrides = { LANES: lanes, SLOTS: slotsFor(shape.columns) }
  for (const turn of blockTurns(bindings, shape))
    batch.run(kernel, { ...turn, workgroups: spread(shape.rows), overrides })
}
