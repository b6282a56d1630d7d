// Bytes: three bits of every code read, a weight written. Operations: code − zero, and the product with the scale.
import { codes, levels, type KernelBench } from './bench.ts'
import { dequantize } from './dequantize.ts'
import { packedWords } from './pack-codes.ts'

export const bench: KernelBench = {
  name: 'dequantize',
  cases(_gpu, scope, size) {
    const words = packedWords(size, 3)
    const packed = codes(scope, 'packed', size * words)
    const weights = scope.buffer('weights', 4 * size * size)
    const buffers = { packed, ...levels(scope, size), weights }
    return [
      {
        problem: `${size} × ${size}, 3 bits`,
        bytes: 4 * size * (size + words),
        flops: 2 * size * size,
        record: (batch) => dequantize(batch, buffers, { rows: size, columns: size, width: size, groups: 1, bits: 3 }),
      },
    ]
  },
}
