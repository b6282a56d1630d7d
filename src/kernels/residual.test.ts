import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { raggedShapes, seededLevels } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, residual } from './residual.ts'

test.each(raggedShapes)('residual of %i rows, %i columns in groups of %i', async (rows, columns, width) => {
  await withGpu(async (gpu, scope) => {
    const groups = Math.ceil(columns / width)
    const weights = gaussians(rows * columns, 3)
    const { scales, zeros, codes } = seededLevels(rows, columns, groups, 4, 4)
    const out = scope.buffer('residual', 4 * rows * columns)
    const given = {
      weights: scope.upload('weights', weights),
      codes: scope.upload('codes', codes),
      scales: scope.upload('scales', scales),
      zeros: scope.upload('zeros', zeros),
    }
    const batch = gpu.batch('residual')
    residual(batch, { ...given, residual: out }, { rows, columns, width, groups })
    await batch.submit()
    // One product and one difference: one unit in the last place of each.
    expect(
      normalisedError(
        await gpu.readF32(out),
        reference(weights, codes, scales, zeros, { rows, columns, width, groups }),
      ),
    ).toBeLessThan(1e-13)
  })
})
