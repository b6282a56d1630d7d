import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { diagonal } from './diagonal.ts'
import { damped, reference } from './damped.ts'
import { padded } from './rank-update.ts'

test.each([1, 15, 17, 257])('damped and reordered matrix of %i columns', async (columns) => {
  await withGpu(async (gpu, scope) => {
    const { hessian } = seededProblem({ rows: 1, columns, tokens: 20, dead: [columns >> 1] })
    const order = Uint32Array.from({ length: columns }, (_, t) => (t * 7 + 3) % columns)
    if (new Set(order).size < columns) order.forEach((_, t) => (order[t] = columns - 1 - t))
    const stride = padded(columns)
    const matrix = scope.upload('matrix', Float32Array.from(hessian))
    const buffers = {
      diagonal: scope.buffer('diagonal', 8 * columns),
      damped: scope.buffer('damped', 4 * columns * stride),
    }
    const pivots = scope.buffer('pivots', 4 * columns)
    const batch = gpu.batch('damped')
    diagonal(batch, { matrix, diagonal: buffers.diagonal }, { columns })
    damped(
      batch,
      { matrix, ...buffers, order: scope.upload('order', order), pivots },
      { columns, stride, damping: 0.25 },
    )
    await batch.submit()
    // Exact: one correctly rounded sum.
    const expected = reference(hessian, order, columns, 0.25).map(Math.fround)
    const found = (await gpu.readF32(buffers.damped)).filter((_, at) => at % stride < columns)
    expect(found).toEqual(Float32Array.from(expected))
    expect(await gpu.readF32(pivots)).toEqual(
      Float32Array.from({ length: columns }, (_, j) => expected[j * (columns + 1)]),
    )
  })
})
