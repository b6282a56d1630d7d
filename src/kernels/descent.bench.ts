// A piece of 32 moves of every row, from the same codes and gradient every time, a quarter of whose columns can
// improve. Bytes: H read once (moves of several rows meet in it), G and codes read and written, and both restored by
// a copy. Operations: for every column of a step a multiply-add and the comparison of two products, and seven more
// where it can improve.
import { descent, descentShaped } from './descent.ts'
import type { Rule } from './descent-thread.ts'
import { fitsWorkgroup } from './descent-workgroup.ts'
import type { KernelBench } from './bench.ts'

const STEPS = 32

export const bench: KernelBench = {
  name: 'descent',
  cases(gpu, scope, size) {
    const shape = { rows: size, columns: size, width: size, groups: 1, bits: 8, steps: STEPS, sweeps: 1 }
    // Moves lower the gradient of other columns by less than it would take to open one.
    const hessian = new Float32Array(size * size).fill(1e-4)
    for (let j = 0; j < size; j++) hessian[j * (size + 1)] = 1
    // Open columns lie together, as neighbours in memory are done together, and elsewhere in every other row.
    const gradient = new Float32Array(size * size)
    for (let row = 0, at = 0; row < size; row++)
      for (let j = 0; j < size; j++, at++) gradient[at] = ((j >> 2) + (row >> 1)) % 4 === 0 ? 2 + (j % 7) : 0.1
    const start = {
      product: scope.upload('gradient', gradient),
      codes: scope.upload('start', new Uint32Array(size * size).fill(128)),
    }
    const bindings = {
      hessian: scope.upload('hessian', hessian),
      diagonal: scope.upload('diagonal', new Float32Array(2 * size).fill(1)),
      scales: scope.upload('scales', new Float32Array(size).fill(1)),
      product: scope.buffer('product', start.product.bytes),
      codes: scope.buffer('codes', start.codes.bytes),
      cursors: scope.buffer('cursors', 4 * size),
      gains: scope.buffer('gains', 4 * STEPS * size),
    }
    const rules: Rule[] = ['greedy', 'cyclic']
    return descentShaped.shapes
      .filter((layout) => layout === 'thread' || fitsWorkgroup(gpu, size))
      .flatMap((layout) =>
        rules.map((rule) => ({
          shape: `${layout} ${rule}`,
          problem: `${size} × ${size}, ${STEPS} moves a row`,
          bytes: 36 * size * size,
          flops: 7 * size * size * (STEPS + 1),
          record: (batch) => {
            batch.copy(start.product, 0, bindings.product, 0, start.product.bytes)
            batch.copy(start.codes, 0, bindings.codes, 0, start.codes.bytes)
            batch.clear(bindings.cursors)
            descent(batch, bindings, shape, rule, layout)
          },
        })),
      )
  },
}
