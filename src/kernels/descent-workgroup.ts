// Greedy coordinate descent in every row as in descent-thread, one workgroup per row: the row's G stays in workgroup
// memory.
import code from '../../shaders/descent-workgroup.wgsl?raw'
import { spread, type Batch } from '../gpu/batch.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tileAt } from '../gpu/row-tiles.ts'
import { descentParams, descentWork, reference, type DescentBindings, type DescentShape } from './descent-thread.ts'

export { reference }

export const kernel = defineKernel({
  name: 'descent-workgroup',
  code,
  bindings: {
    matrix: 'read',
    scales: 'read',
    state: 'read_write',
    codes: 'read_write',
    ledger: 'read_write',
    gains: 'read_write',
  },
  params: {
    rows: 'u32',
    columns: 'u32',
    stride: 'u32',
    width: 'u32',
    groups: 'u32',
    top: 'f32',
    steps: 'u32',
    again: 'u32',
    tolerance: 'f32',
  },
})

/** Bytes of a candidate, of which every lane keeps one in workgroup memory. */
const CANDIDATE_BYTES = 20
/** Bytes of workgroup memory for what a step of several moves needs, at most. */
const STEP_BYTES = 256

/** Lanes for rows of so many places: enough to read a row of H at once, few enough for a short reduction. */
function lanesFor(stride: number): number {
  return stride <= 256 ? 64 : stride <= 1024 ? 128 : 256
}

/** Whether a row of so many places fits into this adapter's workgroup memory. */
export function fitsWorkgroup(gpu: Gpu, stride: number): boolean {
  const bytes = 4 * stride + CANDIDATE_BYTES * lanesFor(stride) + STEP_BYTES
  return bytes <= gpu.device.limits.maxComputeWorkgroupStorageSize
}

/** Records at most `steps` steps of every row; no queue is needed, and the matrix is in one tile. */
export function descentWorkgroup(
  batch: Batch,
  given: Omit<DescentBindings, 'queue' | 'waiting'>,
  shape: DescentShape,
): void {
  const params = descentParams(shape)
  const { binding: matrix } = tileAt(given.matrix, 0, shape.columns)
  batch.run(kernel, {
    bindings: { ...given, matrix },
    params,
    workgroups: spread(shape.rows),
    overrides: { LANES: lanesFor(params.stride), SLOTS: Math.ceil(params.stride / 64) * 64, BATCH: shape.batch },
    work: descentWork(shape),
  })
}
