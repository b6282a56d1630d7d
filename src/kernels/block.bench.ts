// A piece of 32 partitions of every row in which no pair gains, as in most of a descent. Bytes: the gradient and codes
// read once, the gains written. Operations: six for every pair of a partition, which decide that it cannot gain.
import { floats, type KernelBench } from './bench.ts'
import { block, quadsOf } from './block.ts'
import { couplingsBytes, pairWord } from './block-couplings.ts'
import { openingsBytes } from './block-thread.ts'
import { blockFitsWorkgroup } from './block-workgroup.ts'
import { descentShaped } from './descent.ts'

const STEPS = 32

export const bench: KernelBench = {
  name: 'block',
  cases(gpu, scope, size) {
    const quads = quadsOf(size)
    const shape = { rows: size, columns: size, width: size, groups: 1, bits: 8, first: 0, steps: STEPS, quads }
    const hessian = new Float32Array(size * size)
    for (let j = 0; j < size; j++) hessian[j * (size + 1)] = 4
    const pairs = Uint32Array.from({ length: 4 * quads * STEPS }, (_, at) => {
      const i = at % (size / 2)
      return pairWord(i, size / 2 + ((i + Math.floor((2 * at) / size)) % (size / 2)))
    })
    const couplings = new Float32Array(couplingsBytes({ columns: size, steps: STEPS, quads }) / 4).fill(1e-4)
    couplings.fill(4, 0, size)
    const bindings = {
      hessian: scope.upload('hessian', hessian),
      scales: scope.upload('scales', new Float32Array(size).fill(1)),
      product: floats(scope, 'product', size * size),
      codes: scope.upload('codes', new Uint32Array(size * size).fill(128)),
      pairs: scope.upload('pairs', pairs),
      couplings: scope.upload('couplings', couplings),
      openings: scope.buffer('openings', openingsBytes(size, size)),
      gains: scope.buffer('gains', 8 * STEPS * size),
    }
    return descentShaped.shapes
      .filter((layout) => layout === 'thread' || blockFitsWorkgroup(gpu, size))
      .map((layout) => ({
        shape: layout,
        problem: `${size} × ${size}, ${STEPS} partitions`,
        bytes: 8 * size * size + 8 * STEPS * size,
        flops: 3 * size * size * STEPS,
        record: (batch) => block(batch, bindings, { ...shape, patience: STEPS, fresh: true }, layout),
      }))
  },
}
