import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { createHessian } from '../quantize/hessian.ts'
import type { CapturedHessian } from './capture.ts'
import { cachedBytes, HessianCache } from './hessian-cache.ts'

test.each([1, 2, 17, 64])('a kept Hessian of %i columns comes back bit for bit', async (columns) => {
  await withGpu(async (gpu, scope) => {
    const matrix = gaussians(columns * columns, 3)
    for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) matrix[i * columns + j] = matrix[j * columns + i]
    const layers = [{ layer: 'model.layers.0.mlp.down_proj', block: 0, module: 'down_proj', rows: 4, columns }]
    const cache = new HessianCache()
    cache.begin('key', 0)
    const heldOut = matrix.map((value) => 2 * value)
    const captured = {
      layers,
      columns,
      tokens: 99,
      matrix: RowTiles.of(scope.upload('hessian', matrix), columns, columns),
    }
    await cache.keep(gpu, 0, [
      { ...captured, heldOut: RowTiles.of(scope.upload('held-out hessian', heldOut), columns, columns) },
    ])
    const [loaded] = cache.load(gpu, 0)
    scope.own(loaded.matrix)
    expect(await scope.own(loaded.heldOut!).read(gpu)).toEqual(heldOut)
    expect(loaded).toMatchObject({ layers, columns, tokens: 99 })
    expect(await loaded.matrix.read(gpu)).toEqual(matrix)
  })
})

test('it holds a key only when every block is there', async () => {
  await withGpu(async (gpu, scope) => {
    const cache = new HessianCache()
    cache.begin('a', 0)
    expect(cache.holds('a', 2)).toBe(false)
    const captured = {
      layers: [],
      columns: 1,
      tokens: 1,
      matrix: RowTiles.of(scope.upload('hessian', Float32Array.of(1)), 1, 1),
    }
    await cache.keep(gpu, 0, [captured])
    await cache.keep(gpu, 1, [captured])
    expect(cache.holds('a', 2)).toBe(true)
    expect(cache.holds('b', 2)).toBe(false)
    cache.begin('b', 0)
    expect(cache.holds('b', 0)).toBe(true)
    expect(() => cache.load(gpu, 0)).toThrow(/no Hessians of block 0/)
  })
})

test('kept bytes are upper triangles of float32', () => {
  expect(cachedBytes([1, 2, 128])).toBe(4 + 12 + 4 * ((128 * 129) / 2))
})

test('what is found out about a Hessian comes back with it, where there is room for that', async () => {
  await withGpu(async (gpu, scope) => {
    const matrix = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 2 : 0.5))
    const captured = (): CapturedHessian => ({
      layers: [{ layer: 'a', block: 0, module: 'a', rows: 4, columns: 4 }],
      columns: 4,
      tokens: 9,
      matrix: RowTiles.of(scope.upload('hessian', matrix), 4, 4),
    })
    const cache = new HessianCache(300)
    cache.begin('room', 100)
    const first = captured()
    await cache.keep(gpu, 0, [first])
    using hessian = createHessian(gpu, scope.release(first.matrix), 4, first.known?.factors)
    const made = await hessian.factor('activation', 0.01)
    await hessian.remember()
    const [again] = cache.load(gpu, 0)
    using loaded = createHessian(gpu, again.matrix, 4, again.known?.factors)
    expect(again.known?.factors.size).toBe(1)
    const uploaded = await loaded.factor('activation', 0.01)
    expect(await uploaded.feedback.read(gpu)).toEqual(await made.feedback.read(gpu))
    expect(await gpu.readU32(uploaded.order)).toEqual(await gpu.readU32(made.order))
    expect(uploaded.damping).toEqual([0.01])

    cache.begin('no room', 101)
    const second = captured()
    await cache.keep(gpu, 0, [second])
    expect(second.known).toBeUndefined()
  })
})
