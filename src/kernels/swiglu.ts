// The gated unit of Llama's feed-forward part: silu(gate) · up.
import code from '../../shaders/swiglu.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'swiglu',
  code,
  bindings: { up: 'read', gate: 'read_write' },
  params: { elements: 'u32' },
})

/** Records gate = silu(gate) · up; both [elements]. */
export function swiglu(
  batch: Batch,
  bindings: { gate: Binding; up: Binding },
  { elements }: { elements: number },
): void {
  batch.run(kernel, {
    bindings,
    params: { elements },
    workgroups: spread(Math.ceil(elements / 64)),
    work: 10 * elements,
  })
}

/** The same in float64. */
export function reference(gate: ArrayLike<number>, up: ArrayLike<number>): Float64Array {
  return Float64Array.from(gate, (a, at) => (a / (1 + Math.exp(-a))) * up[at])
}
