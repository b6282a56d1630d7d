// The nonlinear functions of feed-forward parts, alone or as a gate: activation(gate) · up.
import gatedCode from '../../shaders/activation-gated.wgsl?raw'
import code from '../../shaders/activation.wgsl?raw'
import functions from '../../shaders/shared/activations.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

/** In the order of KIND in shared/activations.wgsl. */
export const activations = ['silu', 'gelu', 'gelu-tanh', 'relu', 'gelu-sigmoid', 'relu-squared'] as const
export type Activation = (typeof activations)[number]

export const kernel = defineKernel({
  name: 'activation',
  code: code + functions,
  bindings: { x: 'read_write' },
  params: { elements: 'u32' },
})
export const gated = defineKernel({
  name: 'activation-gated',
  code: gatedCode + functions,
  bindings: { up: 'read', gate: 'read_write' },
  params: { elements: 'u32' },
})

const dispatch = (kind: Activation, elements: number) => ({
  params: { elements },
  workgroups: spread(Math.ceil(elements / 64)),
  overrides: { KIND: activations.indexOf(kind) },
  work: 10 * elements,
})

/** Records x = activation(x); x [elements]. */
export function activate(batch: Batch, kind: Activation, x: Binding, elements: number): void {
  batch.run(kernel, { bindings: { x }, ...dispatch(kind, elements) })
}

/** Records gate = activation(gate) · up; both [elements]. */
export function activateGate(
  batch: Batch,
  kind: Activation,
  bindings: { gate: Binding; up: Binding },
  elements: number,
): void {
  batch.run(gated, { bindings, ...dispatch(kind, elements) })
}

/** erf(x) to float64: its series where it converges fast, the continued fraction of erfc beyond. */
function erf(x: number): number {
  if (x < 0) return -erf(-x)
  if (x < 2.5) {
    let term = x
    let sum = x
    for (let n = 1; n < 80; n++) {
      term *= (-x * x) / n
      sum += term / (2 * n + 1)
    }
    return (2 / Math.sqrt(Math.PI)) * sum
  }
  let fraction = x
  for (let n = 100; n > 0; n--) fraction = x + n / 2 / fraction
  return 1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction
}

const formulas: Readonly<Record<Activation, (x: number) => number>> = {
  silu: (x) => x / (1 + Math.exp(-x)),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  'gelu-tanh': (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  relu: (x) => Math.max(x, 0),
  'gelu-sigmoid': (x) => x / (1 + Math.exp(-1.702 * x)),
  'relu-squared': (x) => Math.max(x, 0) ** 2,
}

/** The same in float64; `up` where the activation is a gate. */
export function reference(kind: Activation, x: ArrayLike<number>, up?: ArrayLike<number>): Float64Array {
  return Float64Array.from(x, (value, at) => formulas[kind](value) * (up ? up[at] : 1))
}
