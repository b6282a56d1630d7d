// Greedy coordinate descent in two shapes: one thread per row (barrier-free), one workgroup per row (state on chip).
import type { Batch } from '../gpu/batch.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { descentStride } from './descent-columns.ts'
import { descentThread, descentWork, type DescentBindings, type DescentShape } from './descent-thread.ts'
import { descentWorkgroup, fitsWorkgroup } from './descent-workgroup.ts'
import { shapeOf, type Shaped } from './shape.ts'

export type DescentLayout = 'thread' | 'workgroup'

export const descentShaped: Shaped<DescentLayout> = {
  name: 'descent',
  shapes: ['thread', 'workgroup'],
  sample(_gpu, scope, size) {
    // An H near the identity and a gradient that keeps moving: the time of a step does not depend on the numbers.
    const stride = descentStride(size)
    const matrix = Float32Array.from({ length: (size + 1) * stride }, (_, at) =>
      at % (stride + 1) === 0 || at >= size * stride ? 1 : 1e-3,
    )
    const shape = { rows: size, columns: size, width: size, groups: 1, bits: 8, steps: 32 }
    const bindings = {
      matrix: scope.upload('matrix', matrix),
      scales: scope.upload('scales', new Float32Array(size).fill(1)),
      state: scope.buffer('state', 4 * size * stride),
      codes: scope.buffer('codes', 4 * size * size),
      ledger: scope.buffer('ledger', 8 * size),
      gains: scope.buffer('gains', 8 * shape.steps * size),
      queue: scope.buffer('queue', 4),
      waiting: scope.buffer('waiting', 8 * size),
    }
    const start = {
      state: scope.upload(
        'gradient',
        Float32Array.from({ length: size * stride }, (_, at) => 2 + (at % 7)),
      ),
      codes: scope.upload('start', new Uint32Array(size * size).fill(128)),
      ledger: scope.upload('moves left', new Float32Array(2 * size).fill(1e5)),
    }
    return {
      work: descentWork(shape),
      record(batch, layout) {
        for (const name of ['state', 'codes', 'ledger'] as const)
          batch.copy(start[name], 0, bindings[name], 0, start[name].bytes)
        batch.clear(bindings.queue)
        descent(batch, bindings, { ...shape, batch: 1, tolerance: 0, again: true }, layout)
      },
    }
  },
}

/**
 * The shape for rows of so many places on this device: the measured one, unless a row does not fit into workgroup
 * memory.
 */
export function descentLayout(gpu: Gpu, stride: number): DescentLayout {
  return fitsWorkgroup(gpu, stride) ? shapeOf(gpu, descentShaped) : 'thread'
}

/** Records at most `steps` steps of every row. */
export function descent(batch: Batch, bindings: DescentBindings, shape: DescentShape, layout: DescentLayout): void {
  if (layout === 'thread') descentThread(batch, bindings, shape)
  else descentWorkgroup(batch, bindings, shape)
}
