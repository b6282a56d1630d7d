// A piece of 32 moves of every row, from the same codes and gradient every time, a quarter of whose columns can
// improve. Bytes: H read once (moves of several rows meet in it), Y and codes read and written, and both restored by
// a copy. Operations: for every column of a step a multiply-add and a comparison, and ten more where it can improve.
import type { KernelBench } from './bench.ts'
import { descentStride } from './descent-columns.ts'
import { descent, descentShaped } from './descent.ts'
import { fitsWorkgroup } from './descent-workgroup.ts'

const STEPS = 32

export const bench: KernelBench = {
  name: 'descent',
  cases(gpu, scope, size) {
    const shape = {
      rows: size,
      columns: size,
      width: size,
      groups: 1,
      bits: 8,
      steps: STEPS,
      tolerance: 0,
      again: true,
    }
    const stride = descentStride(size)
    // Moves lower the gradient of other columns by less than it would take to open one.
    const matrix = new Float32Array((size + 1) * stride).fill(1e-4)
    for (let j = 0; j < size; j++) matrix[j * (stride + 1)] = matrix[size * stride + j] = 1
    // Open columns lie together, as neighbours in memory are done together, and elsewhere in every other row.
    const gradient = new Float32Array((size + 1) * stride)
    for (let row = 0, at = 0; row < size; row++)
      for (let j = 0; j < stride; j++, at++) gradient[at] = ((j >> 2) + (row >> 1)) % 4 === 0 ? 2 + (j % 7) : 0.1
    const start = {
      state: scope.upload('gradient', gradient),
      codes: scope.upload('start', new Uint32Array(size * size).fill(128)),
      ledger: scope.upload('moves left', new Float32Array(2 * size).fill(1e5)),
    }
    const bindings = {
      matrix: scope.upload('matrix', matrix),
      scales: scope.upload('scales', new Float32Array(size).fill(1)),
      state: scope.buffer('state', start.state.bytes),
      codes: scope.buffer('codes', start.codes.bytes),
      ledger: scope.buffer('ledger', start.ledger.bytes),
      gains: scope.buffer('gains', 8 * STEPS * size),
      queue: scope.buffer('queue', 4),
      waiting: scope.buffer('waiting', 8 * size),
    }
    return descentShaped.shapes
      .filter((layout) => layout === 'thread' || fitsWorkgroup(gpu, stride))
      .flatMap((layout) =>
        ([1, 4] as const).map((tried) => ({
          shape: tried === 1 ? layout : `${layout}, ${tried} at once`,
          problem: `${size} × ${size}, ${STEPS} steps a row`,
          bytes: 36 * size * size,
          flops: 7 * size * size * (STEPS + 1),
          record: (batch) => {
            for (const name of ['state', 'codes', 'ledger'] as const)
              batch.copy(start[name], 0, bindings[name], 0, start[name].bytes)
            batch.clear(bindings.queue)
            descent(batch, bindings, { ...shape, batch: tried }, layout)
          },
        })),
      )
  },
}
