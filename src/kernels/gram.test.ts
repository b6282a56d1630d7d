import { describe, expect, test } from 'vitest'
import { RowTiles } from '../gpu/row-tiles.ts'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { gram, reference, type GramShape } from './gram.ts'
import { mirror } from './mirror.ts'

describe.each<GramShape>(['register', 'tiled'])('gram, %s', (shape) => {
  test.each([
    [1, 1, 1],
    [1, 15, 4],
    [17, 2, 15],
    [15, 1, 68],
    [257, 130, 36],
    [300, 257, 17],
  ])('chunks of %i and %i tokens, %i columns', async (first, second, columns) => {
    await withGpu(async (gpu, scope) => {
      const matrix = scope.buffer('matrix', 4 * columns * columns)
      let expected = new Float64Array(columns * columns)
      let before = 0
      for (const [seed, tokens] of [first, second].entries()) {
        const x = gaussians(tokens * columns, seed)
        const batch = gpu.batch('gram')
        gram(batch, { x: scope.upload('x', x), matrix }, { tokens, columns, before }, shape)
        await batch.submit()
        expected = reference(x, { tokens, columns, before }, expected) as Float64Array<ArrayBuffer>
        before += tokens
      }
      const batch = gpu.batch('gram')
      mirror(batch, { matrix }, { columns })
      await batch.submit()
      // Sums of up to 300 products in float32: relative errors of some 1e-7, squared.
      expect(normalisedError(await gpu.readF32(matrix), expected)).toBeLessThan(1e-12)
    })
  })

  test('cut along the rows', async () => {
    await withGpu(async (gpu, scope) => {
      const [tokens, columns] = [20, 100]
      const x = gaussians(tokens * columns, 1)
      const matrix = scope.buffer('matrix', 4 * columns * columns)
      const before = gpu.workPerSubmit
      gpu.workPerSubmit = 1
      const batch = gpu.batch('gram')
      gram(batch, { x: scope.upload('x', x), matrix }, { tokens, columns, before: 0 }, shape)
      mirror(batch, { matrix }, { columns })
      await batch.submit()
      gpu.workPerSubmit = before
      expect(normalisedError(await gpu.readF32(matrix), reference(x, { tokens, columns, before: 0 }))).toBeLessThan(
        1e-12,
      )
    })
  })

  test('in tiles of rows', async () => {
    const [tokens, columns] = [70, 100]
    const x = gaussians(2 * tokens * columns, 1)
    await withGpu(async (gpu, scope) => {
      const matrix = scope.own(RowTiles.create(gpu, 'matrix', columns, columns))
      expect(matrix.tiles.length).toBe(2)
      const batch = gpu.batch('gram')
      for (const before of [0, tokens]) {
        const chunk = scope.upload('x', x.subarray(before * columns, (before + tokens) * columns))
        gram(batch, { x: chunk, matrix }, { tokens, columns, before }, shape)
      }
      mirror(batch, { matrix }, { columns })
      await batch.submit()
      const expected = reference(x, { tokens: 2 * tokens, columns, before: 0 })
      // As above.
      expect(normalisedError(await matrix.read(gpu), expected)).toBeLessThan(1e-12)
    }, 30_000)
  })
})
