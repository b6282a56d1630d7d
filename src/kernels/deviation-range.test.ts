import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { raggedShapes } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { deviationRange, reference } from './deviation-range.ts'

test.each(raggedShapes)('ranges of deviations of %i rows, %i columns in groups of %i', async (rows, columns, width) => {
  await withGpu(async (gpu, scope) => {
    const groups = Math.ceil(columns / width)
    // Some means lie farther from 0 than the deviation reaches.
    const means = gaussians(rows * groups, 30)
    const squares = gaussians(rows * groups, 31).map((x) => x * x)
    const given = { means: scope.upload('means', means), squares: scope.upload('squares', squares) }
    for (const pooledRows of groups === 1 ? [1, rows] : [1])
      for (const sample of [true, false]) {
        const shape = { rows, columns, width, groups, pooledRows, sample, factor: 2 }
        const ranges = scope.buffer('ranges', 8 * rows * groups)
        const batch = gpu.batch('deviation-range')
        deviationRange(batch, { ...given, ranges }, shape)
        await batch.submit()
        // Half a dozen float32 operations, among them a root that may err by some units in the last place.
        expect(normalisedError(await gpu.readF32(ranges), reference(means, squares, shape))).toBeLessThan(1e-13)
      }
  })
})
