import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { raggedShapes } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { groupMean, reference } from './group-mean.ts'

test.each([...raggedShapes, [5, 300, 300] as const])(
  'mean powers of %i rows, %i columns in groups of %i',
  async (rows, columns, width) => {
    await withGpu(async (gpu, scope) => {
      const groups = Math.ceil(columns / width)
      const weights = gaussians(rows * columns, 20)
      const centers = gaussians(rows * groups, 21)
      const given = { weights: scope.upload('weights', weights), centers: scope.upload('centers', centers) }
      for (const power of [1, 2] as const)
        for (const kind of ['thread', 'workgroup'] as const) {
          const means = scope.buffer('means', 4 * rows * groups)
          const batch = gpu.batch('group-mean')
          groupMean(batch, { ...given, means }, { rows, columns, width, groups, power }, kind)
          await batch.submit()
          const expected = reference(weights, centers, { rows, columns, width, groups, power })
          // Sums of a few hundred float32 numbers of size 1.
          expect(normalisedError(await gpu.readF32(means), expected), `${power} ${kind}`).toBeLessThan(1e-12)
        }
    })
  },
)
