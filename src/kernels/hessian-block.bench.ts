// 64 rows of H. Bytes: read and written once. Operations: none.
import { floats, type KernelBench } from './bench.ts'
import { hessianBlock } from './hessian-block.ts'

export const bench: KernelBench = {
  name: 'hessian-block',
  cases(_gpu, scope, size) {
    const height = 64
    const buffers = {
      matrix: floats(scope, 'matrix', size * size),
      block: scope.buffer('block', 4 * height * size),
    }
    const shape = { columns: size, start: 0, count: height, first: 0, last: size, height, span: size, hole: true }
    return [
      {
        problem: `${height} × ${size}`,
        bytes: 8 * height * size,
        flops: 0,
        record: (batch) => hessianBlock(batch, buffers, shape),
      },
    ]
  },
}
