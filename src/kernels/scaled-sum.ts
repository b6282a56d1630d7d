// left + factor · right, element by element: differences of weights, sums of gradients.
import code from '../../shaders/scaled-sum.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'scaled-sum',
  code,
  bindings: { left: 'read', right: 'read', result: 'read_write' },
  params: { elements: 'u32', factor: 'f32' },
})

/** Records result = left + factor · right; all [elements], `result` another buffer than the two. */
export function scaledSum(
  batch: Batch,
  bindings: { left: Binding; right: Binding; result: Binding },
  { elements, factor }: { elements: number; factor: number },
): void {
  batch.run(kernel, {
    bindings,
    params: { elements, factor },
    workgroups: spread(Math.ceil(elements / 64)),
    work: elements,
  })
}

/** The same in float64. */
export function reference(left: ArrayLike<number>, right: ArrayLike<number>, factor: number): Float64Array {
  return Float64Array.from(left, (value, at) => value + factor * right[at])
}
