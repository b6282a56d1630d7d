// Bounds logits softly: cap · tanh(x / cap) (Gemma 2).
import code from '../../shaders/soft-cap.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'soft-cap',
  code,
  bindings: { x: 'read_write' },
  params: { elements: 'u32', cap: 'f32' },
})

/** Records x = cap · tanh(x / cap); x [elements]. */
export function softCap(batch: Batch, x: Binding, params: { elements: number; cap: number }): void {
  const { elements } = params
  batch.run(kernel, { bindings: { x }, params, workgroups: spread(Math.ceil(elements / 64)), work: 10 * elements })
}

/** The same in float64. */
export function reference(x: ArrayLike<number>, cap: number): Float64Array {
  return Float64Array.from(x, (value) => cap * Math.tanh(value / cap))
}
