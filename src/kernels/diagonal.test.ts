import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { diagonal, reference } from './diagonal.ts'

test.each([1, 15, 17, 257])('diagonal of %i columns, with a dead one', async (columns) => {
  await withGpu(async (gpu, scope) => {
    const { hessian } = seededProblem({ rows: 1, columns, tokens: 20, dead: [columns >> 1] })
    const out = scope.buffer('diagonal', 8 * columns)
    const batch = gpu.batch('diagonal')
    diagonal(batch, { matrix: scope.upload('matrix', Float32Array.from(hessian)), diagonal: out }, { columns })
    await batch.submit()
    const pairs = await gpu.readF32(out)
    const expected = reference(hessian, columns)
    // A division may err by 2.5 units in the last place.
    expect(normalisedError(pairs, expected)).toBeLessThan(1e-12)
    expect([...pairs.subarray(columns & ~1, (columns & ~1) + 2)]).toEqual([0, 0])
  })
})
