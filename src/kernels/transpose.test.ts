import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, transpose } from './transpose.ts'

test.each([
  [1, 1],
  [15, 17],
  [257, 16],
  [17, 257],
])('transpose to %i rows of %i columns', async (rows, columns) => {
  await withGpu(async (gpu, scope) => {
    const numbers = gaussians(rows * columns, 1)
    const y = scope.buffer('y', 4 * numbers.length)
    const batch = gpu.batch('transpose')
    transpose(batch, { x: scope.upload('x', numbers), y }, { rows, columns })
    await batch.submit()
    // Copies of numbers: exact.
    expect([...(await gpu.readF32(y))]).toEqual([...reference(numbers, rows, columns)])
  })
})
