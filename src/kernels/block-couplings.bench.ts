// Bytes: pairs read, their entries of H read and written, couplings written. Operations: two products of an entry and a quotient,
// and their product.
import { floats, type KernelBench } from './bench.ts'
import { blockCouplings, couplingsBytes, pairWord } from './block-couplings.ts'

export const bench: KernelBench = {
  name: 'block-couplings',
  cases(_gpu, scope, size) {
    const shape = { columns: size, steps: size, quads: size / 8 }
    const count = (size * size) / 2
    // Every column with every other one, as in a round of a tournament.
    const pairs = Uint32Array.from({ length: count }, (_, at) =>
      pairWord(at % size, ((at % size) ^ Math.floor(at / size)) % size),
    )
    const buffers = {
      hessian: floats(scope, 'hessian', size * size),
      diagonal: floats(scope, 'diagonal', 2 * size),
      pairs: scope.upload('pairs', pairs),
      couplings: scope.buffer('couplings', couplingsBytes(shape)),
    }
    return [
      {
        problem: `${count} pairs of ${size} columns`,
        bytes: 16 * count,
        flops: 3 * count,
        record: (batch) => blockCouplings(batch, buffers, shape),
      },
    ]
  },
}
