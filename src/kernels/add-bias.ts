// Adds a linear layer's bias to its results: y[token] += bias.
import code from '../../shaders/add-bias.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'add-bias',
  code,
  bindings: { bias: 'read', y: 'read_write' },
  params: { tokens: 'u32', rows: 'u32' },
})

/** Records y += bias: y [tokens, rows], bias [rows]. */
export function addBias(
  batch: Batch,
  bindings: { bias: Binding; y: Binding },
  params: { tokens: number; rows: number },
): void {
  const elements = params.tokens * params.rows
  batch.run(kernel, { bindings, params, workgroups: spread(Math.ceil(elements / 64)), work: 4 * elements })
}

/** The same in float64. */
export function reference(y: ArrayLike<number>, bias: ArrayLike<number>): Float64Array {
  return Float64Array.from(y, (value, at) => value + bias[at % bias.length])
}
