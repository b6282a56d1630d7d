import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { hessianBlock, reference, type HessianBlock } from './hessian-block.ts'

const all: HessianBlock[] = [
  { columns: 1, start: 0, count: 1, first: 0, last: 1, height: 4, span: 4, hole: false },
  { columns: 15, start: 3, count: 7, first: 3, last: 10, height: 8, span: 8, hole: false },
  { columns: 17, start: 16, count: 1, first: 0, last: 17, height: 4, span: 20, hole: true },
  { columns: 257, start: 64, count: 64, first: 0, last: 257, height: 64, span: 260, hole: true },
]

test.each(all)('rows $start + $count of $columns columns, hole $hole', async (shape) => {
  await withGpu(async (gpu, scope) => {
    const matrix = gaussians(shape.columns ** 2, 50)
    const block = scope.buffer('block', 4 * shape.height * shape.span)
    const batch = gpu.batch('hessian-block')
    hessianBlock(batch, { matrix: scope.upload('matrix', matrix), block }, shape)
    await batch.submit()
    // Exact: nothing is computed.
    expect(await gpu.readF32(block)).toEqual(Float32Array.from(reference(matrix, shape)))
  })
})
