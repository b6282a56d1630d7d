import { activate, activateGate } from './activation.ts'
import { floats, type KernelBench } from './bench.ts'

export const bench: KernelBench = {
  name: 'activation',
  cases(_gpu, scope, size) {
    const elements = size * size
    const [gate, up] = ['gate', 'up'].map((label) => floats(scope, label, elements))
    const problem = `${size} × ${size}`
    return [
      {
        problem: `${problem}, silu gate`,
        bytes: 12 * elements,
        flops: 4 * elements,
        record: (batch) => activateGate(batch, 'silu', { gate, up }, elements),
      },
      {
        problem: `${problem}, gelu`,
        bytes: 8 * elements,
        flops: 15 * elements,
        record: (batch) => activate(batch, 'gelu', gate, elements),
      },
    ]
  },
}
