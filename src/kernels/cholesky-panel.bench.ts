// All panels of a factorisation, one after another: what lies right of every diagonal block. Bytes: every place above
// the diagonal read, and written twice. Operations: half a multiply-add for each of its block's rows, and a division.
import { unitMatrix, type KernelBench } from './bench.ts'
import { BLOCK } from './cholesky-block.ts'
import { choleskyPanel } from './cholesky-panel.ts'

export const bench: KernelBench = {
  name: 'cholesky-panel',
  cases(_gpu, scope, size) {
    const matrix = unitMatrix(scope, 'matrix', size)
    const panel = scope.buffer('panel', 4 * BLOCK * size)
    const places = (size * (size - BLOCK)) / 2
    return [
      {
        problem: `${size} × ${size}, all panels`,
        bytes: 12 * places,
        flops: places * BLOCK,
        record: (batch) => {
          for (let start = 0; start < size; start += BLOCK)
            choleskyPanel(batch, { matrix, panel }, { columns: size, stride: size, start, size: BLOCK })
        },
      },
    ]
  },
}
