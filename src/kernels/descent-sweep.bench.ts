// Two sweeps from the same codes and gradient every time: a quarter of the columns move in the first, none in the
// second. Bytes: H read once, Y and codes read and written twice, and both restored by a copy. Operations: a
// multiply-add per move and column.
import type { KernelBench } from './bench.ts'
import { descentPlaces } from './descent-columns.ts'
import { sweep, sweepTurns } from './descent-sweep.ts'
import { descentShaped } from './descent.ts'

const SWEEPS = 2

export const bench: KernelBench = {
  name: 'descent-sweep',
  cases(_gpu, scope, size) {
    const shape = { rows: size, columns: size, width: size, groups: 1, bits: 8, first: 0 }
    const places = descentPlaces(Uint32Array.from({ length: size }, (_, t) => t))
    const stride = places.length
    // Moves lower the gradient of other columns by less than it would take to open one.
    const matrix = new Float32Array((size + 1) * stride).fill(1e-6)
    for (let j = 0; j < size; j++) matrix[j * (stride + 1)] = matrix[size * stride + j] = 1
    const gradient = new Float32Array((size + 1) * stride)
    for (let row = 0, at = 0; row < size; row++)
      for (let j = 0; j < stride; j++, at++) gradient[at] = (j + row) % 4 === 0 ? 2 : 0.1
    const start = {
      state: scope.upload('gradient', gradient),
      codes: scope.upload('start', new Uint32Array(size * size).fill(128)),
    }
    return descentShaped.shapes.map((layout) => {
      const { blocks } = sweepTurns(shape, layout)
      const bindings = {
        matrix: scope.upload('matrix', matrix),
        order: scope.upload('order', places),
        scales: scope.upload('scales', new Float32Array(size).fill(1)),
        state: scope.buffer('state', start.state.bytes),
        codes: scope.buffer('codes', start.codes.bytes),
        history: scope.buffer('history', 8 * size * (1 + blocks + size)),
        gains: scope.buffer('gains', 8 * SWEEPS * blocks * size),
        queue: scope.buffer('queue', 4),
      }
      return {
        shape: layout,
        problem: `${size} × ${size}, ${SWEEPS} sweeps`,
        bytes: 36 * size * size,
        flops: (2 * size * size * size) / 4,
        record: (batch) => {
          for (const name of ['state', 'codes'] as const)
            batch.copy(start[name], 0, bindings[name], 0, start[name].bytes)
          batch.clear(bindings.history).clear(bindings.queue)
          sweep(batch, bindings, { ...shape, turns: SWEEPS * blocks }, layout)
        },
      }
    })
  },
}
