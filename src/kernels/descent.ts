// Coordinate descent in two shapes: one thread per row (barrier-free), one workgroup per row (state on chip).
import type { Batch } from '../gpu/batch.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { descentThread, type DescentBindings, type DescentShape, type Rule } from './descent-thread.ts'
import { descentWorkgroup, fitsWorkgroup } from './descent-workgroup.ts'
import { shapeOf, type Shaped } from './shape.ts'

export type DescentLayout = 'thread' | 'workgroup'

export const descentShaped: Shaped<DescentLayout> = {
  name: 'descent',
  shapes: ['thread', 'workgroup'],
  sample(_gpu, scope, size) {
    // An H near the identity and a gradient that keeps moving: the time of a step does not depend on the numbers.
    const hessian = Float32Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 1e-3))
    const shape = { rows: size, columns: size, width: size, groups: 1, bits: 8, steps: 32, sweeps: 1 }
    const bindings = {
      hessian: scope.upload('hessian', hessian),
      diagonal: scope.upload('diagonal', new Float32Array(2 * size).fill(1)),
      scales: scope.upload('scales', new Float32Array(size).fill(1)),
      product: scope.buffer('product', 4 * size * size),
      codes: scope.buffer('codes', 4 * size * size),
      cursors: scope.upload('cursors', new Uint32Array(size)),
      gains: scope.buffer('gains', 4 * shape.steps * size),
    }
    const product = scope.upload(
      'gradient',
      Float32Array.from({ length: size * size }, (_, at) => 2 + (at % 7)),
    )
    const codes = scope.upload('start', new Uint32Array(size * size).fill(128))
    return {
      work: 8 * size * size * (shape.steps + 1),
      record(batch, layout) {
        batch.copy(product, 0, bindings.product, 0, product.bytes).copy(codes, 0, bindings.codes, 0, codes.bytes)
        descent(batch, bindings, shape, 'greedy', layout)
      },
    }
  },
}

/**
 * The shape for rows of so many columns on this device: the measured one, unless a row does not fit into workgroup
 * memory.
 */
export function descentLayout(gpu: Gpu, columns: number): DescentLayout {
  return fitsWorkgroup(gpu, columns) ? shapeOf(gpu, descentShaped) : 'thread'
}

/** Records at most `steps` moves of every row. */
export function descent(
  batch: Batch,
  bindings: DescentBindings,
  shape: DescentShape,
  rule: Rule,
  layout: DescentLayout,
): void {
  if (layout === 'thread') descentThread(batch, bindings, shape, rule)
  else descentWorkgroup(batch, bindings, shape, rule)
}
