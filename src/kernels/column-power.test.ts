import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { columnPower, reference } from './column-power.ts'

test.each([
  [1, 1],
  [15, 17],
  [257, 3],
  [70, 257],
])('%i × %i', async (rows, columns) => {
  await withGpu(async (gpu, scope) => {
    const x = gaussians(rows * columns, 1)
    const power = scope.buffer('power', 4 * columns)
    const batch = gpu.batch('column power')
    columnPower(batch, { x: scope.upload('x', x), power }, { rows, columns })
    await batch.submit()
    // A sum of up to 257 squares in float32.
    expect(normalisedError(await gpu.readF32(power), reference(x, columns))).toBeLessThan(1e-12)
  })
})
