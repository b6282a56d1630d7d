// The most this device can do: multiply-adds on registers alone. What other kernels reach is measured against it.
import code from '../../shaders/ceiling.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'ceiling',
  code,
  bindings: { y: 'read_write' },
  params: { count: 'u32', steps: 'u32', factor: 'f32', term: 'f32' },
})

/** Multiply-adds of one invocation in one step: two vectors of four, sixteen times. */
export const CEILING_WORK = 2 * 4 * 16

/** Records 16 · steps multiply-adds on each of two vectors per element of y f32 [count], starting from the element's index. */
export function ceiling(
  batch: Batch,
  bindings: { y: Binding },
  params: { count: number; steps: number; factor: number; term: number },
): void {
  const { count, steps } = params
  batch.run(kernel, { bindings, params, workgroups: [Math.ceil(count / 64)], work: (CEILING_WORK * count * steps) / 8 })
}

/** The same in float64. */
export function reference({
  count,
  steps,
  factor,
  term,
}: {
  count: number
  steps: number
  factor: number
  term: number
}): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    let [a, b] = [i, i + 1]
    for (let step = 0; step < 16 * steps; step++) [a, b] = [a * factor + term, b * factor + term]
    return 4 * (a + b)
  })
}
