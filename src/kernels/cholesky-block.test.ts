import { expect, test } from 'vitest'
import { largestDifference } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { choleskyBlock, reference } from './cholesky-block.ts'

/** A well-conditioned matrix whose block [start, start + size) is factorised. */
async function factor(matrix: Float32Array, columns: number, start: number, size: number, lanes: number) {
  return withGpu(async (gpu, scope) => {
    const buffer = scope.upload('matrix', matrix)
    const failed = scope.upload('failed', new Uint32Array(1))
    const pivots = scope.upload(
      'pivots',
      Float32Array.from({ length: columns }, (_, j) => matrix[j * (columns + 1)]),
    )
    const batch = gpu.batch('cholesky')
    choleskyBlock(batch, { matrix: buffer, pivots, failed }, { stride: columns, start, size }, lanes)
    await batch.submit()
    return { factor: await gpu.readF32(buffer), failed: (await gpu.readU32(failed))[0] }
  })
}

const part = (matrix: ArrayLike<number>, columns: number, start: number, size: number) =>
  Array.from(
    { length: size * size },
    (_, at) => matrix[(start + Math.floor(at / size)) * columns + start + (at % size)],
  )

const upper = (matrix: number[], size: number) =>
  matrix.map((value, at) => (at % size >= Math.floor(at / size) ? value : 0))

test.each([
  [1, 0, 1],
  [17, 2, 15],
  [40, 8, 32],
])('a diagonal block of %i columns from %i, size %i', async (columns, start, size) => {
  const { hessian } = seededProblem({ rows: 1, columns })
  const matrix = Float32Array.from(hessian)
  const expected = reference(part(hessian, columns, start, size), size)!
  for (const lanes of [1, 32]) {
    const result = await factor(matrix, columns, start, size, lanes)
    expect(result.failed).toBe(0)
    const scale = Math.max(...expected)
    // Backward stable; the condition of these blocks is some hundreds.
    expect(
      largestDifference(upper(part(result.factor, columns, start, size), size), [...expected]) / scale,
    ).toBeLessThan(1e-5)
    // What lies outside the block stays as it was.
    const outside = (at: number) => [Math.floor(at / columns), at % columns].some((i) => i < start || i >= start + size)
    result.factor.forEach((value, at) => outside(at) && expect(value).toBe(matrix[at]))
  }
})

test('the place of the first pivot that is not positive is told', async () => {
  const columns = 20
  const { hessian } = seededProblem({ rows: 1, columns })
  for (const value of [0, -1, NaN]) {
    const matrix = Float32Array.from(hessian)
    matrix[7 * (columns + 1)] = value
    for (const lanes of [1, 32]) expect((await factor(matrix, columns, 4, 16, lanes)).failed).toBe(8)
  }
  expect(
    reference(
      part(
        hessian.map((h, at) => (at === 0 ? -1 : h)),
        columns,
        0,
        4,
      ),
      4,
    ),
  ).toBeUndefined()
})
