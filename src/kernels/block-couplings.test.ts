import { expect, test } from 'vitest'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import type { Scope } from '../gpu/scope.ts'
import { normalisedError } from '../math/compare.ts'
import { random } from '../math/random.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { blockCouplings, couplingsBytes, pairWord, reference } from './block-couplings.ts'
import { diagonal } from './diagonal.ts'

const [steps, quads] = [11, 7]
const words = 4 * quads

function problemOf(columns: number) {
  const { hessian } = seededProblem({ rows: 1, columns, tokens: 20, dead: [columns >> 1] })
  const { integer } = random(columns)
  const pairs = Uint32Array.from({ length: words * steps }, () => pairWord(integer(columns), integer(columns)))
  pairs[0] = pairWord(columns - 1, columns - 1)
  return { hessian, pairs }
}

async function found(gpu: Gpu, scope: Scope, columns: number): Promise<Float32Array> {
  const { hessian, pairs } = problemOf(columns)
  const matrix = scope.own(RowTiles.upload(gpu, 'hessian', columns, columns, Float32Array.from(hessian)))
  const inverse = scope.buffer('diagonal', 8 * columns)
  const couplings = scope.buffer('couplings', couplingsBytes({ columns, steps, quads }))
  const batch = gpu.batch('couplings')
  diagonal(batch, { matrix, diagonal: inverse }, { columns })
  const bindings = { hessian: matrix, diagonal: inverse, pairs: scope.upload('pairs', pairs), couplings }
  blockCouplings(batch, bindings, { columns, steps, quads })
  await batch.submit()
  return gpu.readF32(couplings)
}

test.each([1, 15, 17, 257])('couplings of pairs of %i columns, with a dead one', async (columns) => {
  const { hessian, pairs } = problemOf(columns)
  await withGpu(async (gpu, scope) => {
    const all = await found(gpu, scope, columns)
    const partitions = all.subarray(4 * Math.ceil(columns / 4))
    const half = (k: number) => partitions.filter((_, at) => Math.floor(at / words) % 2 === k)
    const expected = reference(hessian, pairs, columns)
    // Two divisions of 2.5 units in the last place each.
    expect(normalisedError(half(0), expected)).toBeLessThan(1e-12)
    expect([...half(0)].map(Math.sign)).toEqual([...expected].map(Math.sign))
    expect(half(0)[0]).toBe(0)
    // Copies.
    const entry = (i: number, j: number) => Math.fround(hessian[i * columns + j])
    expect([...half(1)]).toEqual(Array.from(pairs, (pair) => entry(pair % 65536, Math.floor(pair / 65536))))
    expect([...all.subarray(0, columns)]).toEqual(Array.from({ length: columns }, (_, j) => entry(j, j)))
  })
})

test('the same where H lies in tiles', async () => {
  const whole = await withGpu((gpu, scope) => found(gpu, scope, 257))
  // 64 rows of H: five tiles.
  expect(await withGpu((gpu, scope) => found(gpu, scope, 257), 4 * 64 * 257)).toEqual(whole)
})
