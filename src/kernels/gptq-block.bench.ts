// The first block of steps of GPTQ. Bytes: weights and correction read, codes and errors written, for the block's
// columns. Operations: a multiply-add for each earlier step of the block, and about ten for a rounding.
import { floats, levels, naturalOrder, type KernelBench } from './bench.ts'
import { BLOCK } from './cholesky-block.ts'
import { gptqBlock } from './gptq-block.ts'

export const bench: KernelBench = {
  name: 'gptq-block',
  cases(_gpu, scope, size) {
    const buffers = {
      weights: floats(scope, 'weights', size * size),
      order: naturalOrder(scope, size),
      ...levels(scope, size),
      feedback: floats(scope, 'feedback', size * size),
      correction: floats(scope, 'correction', size * size),
      codes: scope.buffer('codes', 4 * size * size),
      errors: scope.buffer('errors', 4 * BLOCK * size),
    }
    const shape = { rows: size, columns: size, width: size, groups: 1, bits: 3, start: 0, size: BLOCK }
    return [
      {
        problem: `${size} rows, ${BLOCK} steps of ${size}`,
        bytes: 4 * size * BLOCK * 4,
        flops: size * BLOCK * (BLOCK + 10),
        record: (batch) => gptqBlock(batch, buffers, shape),
      },
    ]
  },
}
