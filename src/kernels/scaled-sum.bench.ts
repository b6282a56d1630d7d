import { floats, type KernelBench } from './bench.ts'
import { scaledSum } from './scaled-sum.ts'

export const bench: KernelBench = {
  name: 'scaled-sum',
  cases(_gpu, scope, size) {
    const [left, right, result] = ['left', 'right', 'result'].map((label) => floats(scope, label, size * size))
    const record: ReturnType<KernelBench['cases']>[number]['record'] = (batch) =>
      scaledSum(batch, { left, right, result }, { elements: size * size, factor: -1 })
    return [{ problem: `${size} × ${size}`, bytes: 12 * size * size, flops: 2 * size * size, record }]
  },
}
