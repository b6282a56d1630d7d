import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { orthonormalise, reference } from './orthonormalise.ts'

test.each([
  [1, 1, 1],
  [1, 15, 8],
  [15, 17, 1],
  [15, 17, 8],
  [17, 257, 1],
  [17, 257, 8],
  [32, 64, 1],
  [32, 64, 8],
  [24, 1000, 1],
  [24, 1000, 8],
] as const)('%i rows of %i columns, %i invocations to a row', async (count, columns, parts) => {
  await withGpu(async (gpu, scope) => {
    // Lengths over four orders of magnitude, all rows leaning the same way.
    const lean = gaussians(columns, 1)
    const rows = gaussians(count * columns, 2).map((x, at) => (x + lean[at % columns]) * 10 ** -((at / columns) % 4))
    const vectors = scope.upload('vectors', rows)
    const batch = gpu.batch('orthonormalise')
    orthonormalise(batch, { vectors }, { count, columns }, parts)
    await batch.submit()
    // Rounding of 6e-8 in every projection, a few dozen of them, grown by how much the rows lean: 1e-5 of a length.
    expect(normalisedError(await gpu.readF32(vectors), reference(rows, count, columns))).toBeLessThan(1e-10)
  })
})

test.each([1, 8] as const)('a row that depends on others becomes 0, those behind it stay: %i', async (parts) => {
  await withGpu(async (gpu, scope) => {
    const columns = 40
    const rows = gaussians(5 * columns, 3)
    rows.fill(0, 0, columns)
    for (let j = 0; j < columns; j++) rows[3 * columns + j] = 3 * rows[columns + j] - rows[2 * columns + j]
    const vectors = scope.upload('vectors', rows)
    const batch = gpu.batch('orthonormalise')
    orthonormalise(batch, { vectors }, { count: 5, columns }, parts)
    await batch.submit()
    const found = await gpu.readF32(vectors)
    const lengths = [0, 1, 2, 3, 4].map((row) => Math.hypot(...found.subarray(row * columns, (row + 1) * columns)))
    expect(lengths.map((length) => Number(length.toFixed(5)))).toEqual([0, 1, 1, 0, 1])
    expect(normalisedError(found, reference(rows, 5, columns))).toBeLessThan(1e-10)
  })
})

test('more rows than a workgroup holds are refused', async () => {
  await withGpu(async (gpu, scope) => {
    const vectors = scope.buffer('vectors', 4 * 33)
    const batch = gpu.batch('orthonormalise')
    expect(() => orthonormalise(batch, { vectors }, { count: 33, columns: 1 })).toThrow(/up to 32 rows, 33 given/)
  })
})
