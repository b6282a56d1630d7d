// Bytes: a word for every code read, three bits written. No floating point.
import { codes, type KernelBench } from './bench.ts'
import { packCodes, packedWords } from './pack-codes.ts'

export const bench: KernelBench = {
  name: 'pack-codes',
  cases(_gpu, scope, size) {
    const words = packedWords(size, 3)
    const buffers = { codes: codes(scope, 'codes', size * size), packed: scope.buffer('packed', 4 * size * words) }
    return [
      {
        problem: `${size} × ${size}, 3 bits`,
        bytes: 4 * size * (size + words),
        flops: 0,
        record: (batch) => packCodes(batch, buffers, { rows: size, columns: size, bits: 3 }),
      },
    ]
  },
}
