import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { choleskyUpper } from '../math/linear.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { diagonal } from './diagonal.ts'
import { reference as dampedReference } from './damped.ts'
import { feedback, reference } from './feedback.ts'
import { padded } from './rank-update.ts'

test.each([1, 15, 17, 257])('feedback of %i columns', async (columns) => {
  await withGpu(async (gpu, scope) => {
    const dead = columns > 1 ? [columns >> 1] : []
    const { hessian } = seededProblem({ rows: 1, columns, tokens: 2 * columns + 8, dead })
    const order = Uint32Array.from({ length: columns }, (_, t) => columns - 1 - t)
    // `damped` reverses the order, so that the natural order of these columns is what it gives for the reversed one.
    const factor = choleskyUpper(dampedReference(hessian, order, columns, 0.1), columns)!
    const matrix = scope.upload('hessian', Float32Array.from(hessian))
    const pairs = scope.buffer('diagonal', 8 * columns)
    const stride = padded(columns)
    const out = scope.buffer('feedback', 4 * columns * stride)
    const wide = Float32Array.from(
      { length: columns * stride },
      (_, at) => factor[Math.floor(at / stride) * columns + (at % stride)],
    )
    const batch = gpu.batch('feedback')
    diagonal(batch, { matrix, diagonal: pairs }, { columns })
    const given = {
      factor: scope.upload('factor', wide),
      diagonal: pairs,
      order: scope.upload('order', order),
    }
    feedback(batch, { ...given, feedback: out }, { columns, stride })
    await batch.submit()
    const ordered = dampedReference(hessian, Uint32Array.from(order).reverse(), columns, 0.1)
    const expected = reference(
      ordered,
      Array.from(order, (j) => dead.includes(j)),
      columns,
    )
    // One division of factors that were rounded once.
    const found = (await gpu.readF32(out)).filter((_, at) => at % stride < columns)
    expect(normalisedError(found, expected)).toBeLessThan(1e-12)
  })
})
