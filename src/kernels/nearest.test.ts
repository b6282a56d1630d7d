import { expect, test } from 'vitest'
import { raggedShapes, seededLevels } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { nearest, reference } from './nearest.ts'

test.each(raggedShapes)('nearest codes of %i rows, %i columns in groups of %i', async (rows, columns, width) => {
  await withGpu(async (gpu, scope) => {
    for (const bits of [2, 3, 4, 8]) {
      const groups = Math.ceil(columns / width)
      const weights = gaussians(rows * columns, bits).map((w) => 0.05 * w)
      const { scales, zeros } = seededLevels(rows, columns, groups, bits, columns)
      const codes = scope.buffer('codes', 4 * rows * columns)
      const given = {
        weights: scope.upload('weights', weights),
        scales: scope.upload('scales', scales),
        zeros: scope.upload('zeros', zeros),
      }
      const batch = gpu.batch('nearest')
      nearest(batch, { ...given, codes }, { rows, columns, width, groups, bits })
      await batch.submit()
      // Exact: the quotient is correctly rounded on both sides where it matters.
      expect([...(await gpu.readU32(codes))]).toEqual([
        ...reference(weights, scales, zeros, { rows, columns, width, groups, bits }),
      ])
    }
  })
})

test('halves go to the even code, also where the quotient only rounds to a half', async () => {
  const columns = 4096
  const scale = Math.fround(0.1)
  // w = (k + ½) · scale rounded to float32, and its neighbours in the last place.
  const words = new Uint32Array(Float32Array.from({ length: columns }, (_, j) => ((j % 15) - 7.5) * scale).buffer)
  const weights = new Float32Array(words.map((word, j) => word + (Math.floor(j / 15) % 5) - 2).buffer)
  await withGpu(async (gpu, scope) => {
    const codes = scope.buffer('codes', 4 * columns)
    const given = {
      weights: scope.upload('weights', weights),
      scales: scope.upload('scales', Float32Array.of(scale)),
      zeros: scope.upload('zeros', Float32Array.of(8)),
    }
    const shape = { rows: 1, columns, width: columns, groups: 1, bits: 4 }
    const batch = gpu.batch('nearest')
    nearest(batch, { ...given, codes }, shape)
    await batch.submit()
    expect([...(await gpu.readU32(codes))]).toEqual([...reference(weights, [scale], [8], shape)])
  })
})
