import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { random } from '../math/random.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { blockCouplings, pairWord, reference } from './block-couplings.ts'
import { diagonal } from './diagonal.ts'

test.each([1, 15, 17, 257])('couplings of pairs of %i columns, with a dead one', async (columns) => {
  await withGpu(async (gpu, scope) => {
    const { hessian } = seededProblem({ rows: 1, columns, tokens: 20, dead: [columns >> 1] })
    const { integer } = random(columns)
    const pairs = Uint32Array.from({ length: 301 }, () => pairWord(integer(columns), integer(columns)))
    pairs[0] = pairWord(columns - 1, columns - 1)
    const matrix = scope.upload('hessian', Float32Array.from(hessian))
    const inverse = scope.buffer('diagonal', 8 * columns)
    const couplings = scope.buffer('couplings', 4 * pairs.length)
    const batch = gpu.batch('couplings')
    diagonal(batch, { matrix, diagonal: inverse }, { columns })
    const bindings = { hessian: matrix, diagonal: inverse, pairs: scope.upload('pairs', pairs), couplings }
    blockCouplings(batch, bindings, { columns, count: pairs.length })
    await batch.submit()
    const found = await gpu.readF32(couplings)
    const expected = reference(hessian, pairs, columns)
    // Two divisions of 2.5 units in the last place each.
    expect(normalisedError(found, expected)).toBeLessThan(1e-12)
    expect([...found].map(Math.sign)).toEqual([...expected].map(Math.sign))
    expect(found[0]).toBe(0)
  })
})
