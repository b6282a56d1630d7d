import { describe, expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { descentProblem } from '../test/descent.ts'
import { withGpu } from '../test/gpu.ts'
import { descentColumns, descentPlaces } from './descent-columns.ts'
import { reference, THREAD_BLOCK } from './descent-sweep-thread.ts'
import { WORKGROUP_BLOCK } from './descent-sweep-workgroup.ts'
import { sweep, sweepTurns } from './descent-sweep.ts'
import { diagonal } from './diagonal.ts'

const shapes: [rows: number, columns: number, width: number][] = [
  [1, 1, 1],
  [15, 17, 17],
  [17, 15, 4],
  [3, 257, 64],
  [70, 48, 32],
]

describe.each([
  ['thread', THREAD_BLOCK],
  ['workgroup', WORKGROUP_BLOCK],
] as const)('one %s per row', (layout, block) => {
  test.each(shapes)('%i rows, %i columns in groups of %i', async (rows, columns, width) => {
    const { shape, hessian, scales, codes, residual, product } = descentProblem(rows, columns, width)
    const { blocks } = sweepTurns({ rows, columns }, layout)
    const pieces = [1, blocks, 2, 8 * blocks]
    // Some order that is not the natural one.
    const order = Uint32Array.from({ length: columns }, (_, t) => columns - 1 - t)
    const turns = pieces.reduce((sum, count) => sum + count)
    const expected = reference({ hessian, order, scales, residual, codes }, { ...shape, turns }, block)
    await withGpu(async (gpu, scope) => {
      const matrix = scope.upload('hessian', Float32Array.from(hessian))
      const places = descentPlaces(order)
      const stride = places.length
      const given = { diagonal: scope.buffer('diagonal', 8 * columns), order: scope.upload('order', places) }
      const bindings = {
        matrix: scope.buffer('matrix', 4 * (columns + 1) * stride),
        order: given.order,
        scales: scope.upload('scales', Float32Array.from(scales)),
        state: scope.buffer('state', 4 * (rows + 1) * stride),
        codes: scope.upload('codes', Uint32Array.from(codes)),
        history: scope.buffer('history', 8 * rows * (1 + blocks + columns)),
        queue: scope.buffer('queue', 4),
      }
      const start = gpu.batch('start').clear(bindings.history)
      diagonal(start, { matrix, diagonal: given.diagonal }, { columns })
      const size = { rows: columns, columns, stride, ordered: true }
      descentColumns(start, { ...given, matrix, scaled: bindings.matrix }, size)
      const gradient = scope.upload('product', product)
      descentColumns(start, { ...given, matrix: gradient, scaled: bindings.state }, { rows, columns, stride })
      start.flush()
      const pairs: number[] = []
      let first = 0
      for (const turns of pieces) {
        const gains = scope.buffer('gains', 8 * turns * rows)
        const batch = gpu.batch('sweep').clear(gains).clear(bindings.queue)
        sweep(batch, { ...bindings, gains }, { ...shape, first, turns }, layout)
        first = (first + turns) % blocks
        await batch.submit()
        pairs.push(...(await gpu.readF32(gains)))
      }
      // Codes and every gain equal those of the reference; rounding of G decides no move of these rows.
      expect(await gpu.readU32(bindings.codes)).toEqual(Uint32Array.from(expected.codes))
      // A gain is a difference: it errs by some 1e-6 of what the row loses.
      expect(normalisedError(pairs, expected.gains)).toBeLessThan(1e-9)
    })
  })
})
