// Coordinate descent in every row as in descent-thread, one workgroup per row: the row's G stays in workgroup memory.
import code from '../../shaders/descent-workgroup.wgsl?raw'
import { spread, type Batch } from '../gpu/batch.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { descentWork, reference, type DescentBindings, type DescentShape, type Rule } from './descent-thread.ts'

export { reference }

export const kernel = defineKernel({
  name: 'descent-workgroup',
  code,
  bindings: {
    hessian: 'read',
    diagonal: 'read',
    scales: 'read',
    product: 'read_write',
    codes: 'read_write',
    cursors: 'read_write',
    gains: 'read_write',
  },
  params: { rows: 'u32', columns: 'u32', width: 'u32', groups: 'u32', top: 'f32', steps: 'u32', sweeps: 'u32' },
})

/** Bytes of a candidate, of which every lane keeps one in workgroup memory. */
const CANDIDATE_BYTES = 20

/** Lanes for rows of so many columns: enough to read a row of H at once, few enough for a short reduction. */
function lanesFor(columns: number): number {
  return columns <= 256 ? 64 : columns <= 1024 ? 128 : 256
}

/** Whether a row of G fits into this adapter's workgroup memory. */
export function fitsWorkgroup(gpu: Gpu, columns: number): boolean {
  return 4 * columns + CANDIDATE_BYTES * lanesFor(columns) + 64 <= gpu.device.limits.maxComputeWorkgroupStorageSize
}

/** Records at most `steps` moves of every row. */
export function descentWorkgroup(
  batch: Batch,
  bindings: DescentBindings,
  shape: DescentShape,
  rule: Rule,
  lanes = lanesFor(shape.columns),
): void {
  const { rows, columns, width, groups, bits, steps, sweeps } = shape
  batch.run(kernel, {
    bindings,
    params: { rows, columns, width, groups, top: 2 ** bits - 1, steps, sweeps },
    workgroups: spread(rows),
    overrides: { LANES: lanes, SLOTS: Math.ceil(columns / 64) * 64, CYCLIC: Number(rule === 'cyclic') },
    work: descentWork(shape),
  })
}
