import { butterfly } from './butterfly.ts'
import { floats, type KernelBench } from './bench.ts'

export const bench: KernelBench = {
  name: 'butterfly',
  cases(_gpu, scope, size) {
    const inputs = 16
    const [x, y] = ['x', 'y'].map((label) => floats(scope, label, size * size))
    const matrix = floats(scope, 'matrix', inputs * inputs)
    // A factor of 16 along the rows (outer 1) and along the columns (inner small) of a matrix.
    return [
      { outer: 1, inner: (size * size) / inputs },
      { outer: size, inner: size / inputs },
    ].map(({ outer, inner }) => ({
      problem: `${outer} × 16 × ${inner}`,
      bytes: 8 * size * size,
      flops: 2 * inputs * size * size,
      record: (batch) => butterfly(batch, { x, matrix, y }, { outer, inputs, outputs: inputs, inner }),
    }))
  },
}
