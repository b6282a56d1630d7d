import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { mirror, reference } from './mirror.ts'

test.each([1, 15, 17, 257])('mirror of %i columns', async (columns) => {
  await withGpu(async (gpu, scope) => {
    const values = gaussians(columns * columns, 1)
    const matrix = scope.upload('matrix', values)
    const batch = gpu.batch('mirror')
    mirror(batch, { matrix }, { columns })
    await batch.submit()
    // Copies of numbers: exact.
    expect([...(await gpu.readF32(matrix))]).toEqual([...reference(values, columns)])
  })
})
