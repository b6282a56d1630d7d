import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { raggedShapes } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, rowLoss } from './row-loss.ts'

test.each([...raggedShapes, [5, 4096, 0] as const])('row losses of %i rows, %i columns', async (rows, columns) => {
  await withGpu(async (gpu, scope) => {
    const residual = gaussians(rows * columns, 5)
    // Products of the residual's sign, as a semidefinite H gives them for the most part.
    const product = gaussians(rows * columns, 6).map((g, at) => residual[at] + 0.5 * g)
    const expected = reference(residual, product, rows, columns)
    const loss = scope.buffer('loss', 4 * rows)
    const given = { residual: scope.upload('residual', residual), product: scope.upload('product', product) }
    const batch = gpu.batch('row-loss')
    rowLoss(batch, { ...given, loss }, { rows, columns })
    await batch.submit()
    // Sums of 32 terms, then of those sums: relative error some 1e-7 each.
    expect(normalisedError(await gpu.readF32(loss), expected)).toBeLessThan(1e-12)
  })
})
