import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { cachedBytes, HessianCache } from './hessian-cache.ts'

test.each([1, 2, 17, 64])('a kept Hessian of %i columns comes back bit for bit', async (columns) => {
  await withGpu(async (gpu, scope) => {
    const matrix = gaussians(columns * columns, 3)
    for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) matrix[i * columns + j] = matrix[j * columns + i]
    const layers = [{ layer: 'model.layers.0.mlp.down_proj', block: 0, module: 'down_proj', rows: 4, columns }]
    const cache = new HessianCache()
    cache.begin('key')
    await cache.keep(gpu, 0, [{ layers, columns, tokens: 99, matrix: scope.upload('hessian', matrix) }])
    const [loaded] = cache.load(gpu, 0)
    scope.own(loaded.matrix)
    expect(loaded).toMatchObject({ layers, columns, tokens: 99 })
    expect(await gpu.readF32(loaded.matrix)).toEqual(matrix)
  })
})

test('it holds a key only when every block is there', async () => {
  await withGpu(async (gpu, scope) => {
    const cache = new HessianCache()
    cache.begin('a')
    expect(cache.holds('a', 2)).toBe(false)
    const captured = { layers: [], columns: 1, tokens: 1, matrix: scope.upload('hessian', Float32Array.of(1)) }
    await cache.keep(gpu, 0, [captured])
    await cache.keep(gpu, 1, [captured])
    expect(cache.holds('a', 2)).toBe(true)
    expect(cache.holds('b', 2)).toBe(false)
    cache.begin('b')
    expect(cache.holds('b', 0)).toBe(true)
    expect(() => cache.load(gpu, 0)).toThrow(/no Hessians of block 0/)
  })
})

test('kept bytes are upper triangles of float32', () => {
  expect(cachedBytes([1, 2, 128])).toBe(4 + 12 + 4 * ((128 * 129) / 2))
})
