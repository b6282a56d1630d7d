import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { raggedShapes } from '../test/levels.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, refitGroupSums } from './refit-group-sums.ts'

test.each(raggedShapes)('%i, %i columns in groups of %i', async (_rows, columns, width) => {
  const shape = { columns, width, groups: Math.ceil(columns / width) }
  const hessian = gaussians(columns * columns, 2)
  await withGpu(async (gpu, scope) => {
    const sums = scope.buffer('sums', 4 * columns * shape.groups)
    const batch = gpu.batch('group sums')
    refitGroupSums(batch, { hessian: scope.upload('hessian', hessian), sums }, shape)
    await batch.submit()
    // Sums of at most 64 terms.
    expect(normalisedError(await gpu.readF32(sums), reference(hessian, shape))).toBeLessThan(1e-12)
  })
})
