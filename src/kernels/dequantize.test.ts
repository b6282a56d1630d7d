import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { raggedShapes, seededLevels } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { dequantize, reference } from './dequantize.ts'
import { reference as pack } from './pack-codes.ts'

test.each(raggedShapes)('dequantized weights of %i rows, %i columns in groups of %i', async (rows, columns, width) => {
  await withGpu(async (gpu, scope) => {
    for (const bits of [2, 3, 5, 8]) {
      const groups = Math.ceil(columns / width)
      const { scales, zeros, codes } = seededLevels(rows, columns, groups, bits, 8)
      const weights = scope.buffer('weights', 4 * rows * columns)
      const given = {
        packed: scope.upload('packed', pack(codes, rows, columns, bits)),
        scales: scope.upload('scales', scales),
        zeros: scope.upload('zeros', zeros),
      }
      const batch = gpu.batch('dequantize')
      dequantize(batch, { ...given, weights }, { rows, columns, width, groups, bits })
      await batch.submit()
      // One product of float32 numbers: half a unit in the last place.
      const expected = reference(codes, scales, zeros, { rows, columns, width, groups })
      expect(normalisedError(await gpu.readF32(weights), expected)).toBeLessThan(1e-14)
    }
  })
})
