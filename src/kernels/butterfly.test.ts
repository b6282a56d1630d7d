import { expect, test } from 'vitest'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { butterfly, packedMatrix, reference, type ButterflyShape } from './butterfly.ts'

async function run(gpu: Gpu, x: Float32Array, matrix: Float32Array, shape: ButterflyShape): Promise<Float32Array> {
  using scope = new Scope(gpu)
  const y = scope.buffer('y', 4 * shape.outer * shape.outputs * shape.inner)
  const buffers = { x: scope.upload('x', x), matrix: scope.upload('matrix', packedMatrix(matrix, shape)), y }
  const batch = gpu.batch('butterfly')
  butterfly(batch, buffers, shape)
  await batch.submit()
  return gpu.readF32(y)
}

test.each([
  [1, 1, 1, 1],
  [1, 15, 17, 1],
  [15, 2, 2, 17],
  [3, 17, 15, 257],
  [1, 257, 257, 3],
  [70, 16, 16, 8],
])('%i × (%i to %i) × %i', async (outer, inputs, outputs, inner) => {
  const x = gaussians(outer * inputs * inner, 1)
  const matrix = gaussians(inputs * outputs, 2)
  const shape = { outer, inputs, outputs, inner }
  await withGpu(async (gpu) => {
    const expected = reference(x, matrix, shape)
    const whole = await run(gpu, x, matrix, shape)
    // A sum of up to 257 products in float32.
    expect(normalisedError(whole, expected)).toBeLessThan(1e-12)
    const { workPerSubmit } = gpu
    gpu.workPerSubmit = 1
    try {
      // As many pieces as it has workgroups.
      expect(await run(gpu, x, matrix, shape)).toEqual(whole)
    } finally {
      gpu.workPerSubmit = workPerSubmit
    }
  })
})
