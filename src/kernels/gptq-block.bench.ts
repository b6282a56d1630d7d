import { BLOCK } from './cholesky-block.ts'
import { floats, type KernelBench } from './bench.ts'
import { gptqBlock } from './gptq-block.ts'

export const bench: KernelBench = {
  name: 'gptq-block',
  cases(_gpu, scope, size) {
    const buffers = {
      weights: floats(scope, 'weights', size * size),
      order: scope.upload(
        'order',
        Uint32Array.from({ length: size }, (_, t) => t),
      ),
      scales: scope.upload('scales', new Float32Array(size).fill(0.125)),
      zeros: scope.upload('zeros', new Float32Array(size).fill(4)),
      feedback: floats(scope, 'feedback', size * size),
      correction: floats(scope, 'correction', size * size),
      codes: scope.buffer('codes', 4 * size * size),
      errors: scope.buffer('errors', 4 * BLOCK * size),
    }
    const shape = { rows: size, columns: size, width: size, groups: 1, bits: 3, start: 0, size: BLOCK }
    return [
      {
        problem: `${size} × ${size}, ${BLOCK} steps`,
        bytes: 4 * size * BLOCK * 4,
        flops: size * BLOCK * (BLOCK + 10),
        record: (batch) => gptqBlock(batch, buffers, shape),
      },
    ]
  },
}
