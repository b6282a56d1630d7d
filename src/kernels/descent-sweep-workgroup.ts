// Cyclic coordinate descent in every row as in descent-sweep-thread, one workgroup per row, a block as wide as it.
import code from '../../shaders/descent-sweep-workgroup.wgsl?raw'
import { spread, type Batch } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tileAt } from '../gpu/row-tiles.ts'
import { reference, sweepParams, turnWork, type SweepBindings, type SweepShape } from './descent-sweep-thread.ts'

export { reference }

export const kernel = defineKernel({
  name: 'descent-sweep-workgroup',
  code,
  bindings: {
    matrix: 'read',
    order: 'read',
    scales: 'read',
    state: 'read_write',
    codes: 'read_write',
    history: 'read_write',
    gains: 'read_write',
  },
  params: {
    rows: 'u32',
    columns: 'u32',
    stride: 'u32',
    width: 'u32',
    groups: 'u32',
    top: 'f32',
    first: 'u32',
    turns: 'u32',
  },
})

/** Columns that take their turn together, and lanes of a workgroup. */
export const WORKGROUP_BLOCK = 64

/** Records so many turns of every row; no queue is needed, and the matrix is in one tile. */
export function sweepWorkgroup(batch: Batch, given: Omit<SweepBindings, 'queue'>, shape: SweepShape): void {
  const { binding: matrix } = tileAt(given.matrix, 0, shape.columns)
  batch.run(kernel, {
    bindings: { ...given, matrix },
    params: sweepParams(shape),
    workgroups: spread(shape.rows),
    overrides: { LANES: WORKGROUP_BLOCK },
    work: shape.turns * turnWork(shape, WORKGROUP_BLOCK),
  })
}
