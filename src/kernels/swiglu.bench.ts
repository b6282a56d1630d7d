import { floats, type KernelBench } from './bench.ts'
import { swiglu } from './swiglu.ts'

export const bench: KernelBench = {
  name: 'swiglu',
  cases(_gpu, scope, size) {
    const [gate, up] = ['gate', 'up'].map((label) => floats(scope, label, size * size))
    const record: ReturnType<KernelBench['cases']>[number]['record'] = (batch) =>
      swiglu(batch, { gate, up }, { elements: size * size })
    return [{ problem: `${size} × ${size}`, bytes: 12 * size * size, flops: 4 * size * size, record }]
  },
}
