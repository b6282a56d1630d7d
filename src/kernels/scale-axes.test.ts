import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, scaleAxes } from './scale-axes.ts'

test.each([
  [1, 1],
  [15, 17],
  [257, 3],
  [3, 257],
])('%i × %i', async (rows, columns) => {
  await withGpu(async (gpu, scope) => {
    const [x, left, right] = [gaussians(rows * columns, 1), gaussians(rows, 2), gaussians(columns, 3)]
    const y = scope.buffer('y', 4 * x.length)
    const given = { x: scope.upload('x', x), left: scope.upload('left', left), right: scope.upload('right', right) }
    const batch = gpu.batch('scale axes')
    scaleAxes(batch, { ...given, y }, { rows, columns })
    await batch.submit()
    // Two roundings of float32.
    expect(normalisedError(await gpu.readF32(y), reference(x, left, right))).toBeLessThan(1e-13)
  })
})

test('a symmetric matrix stays exactly symmetric', async () => {
  await withGpu(async (gpu, scope) => {
    const n = 33
    const source = gaussians(n * n, 4)
    const x = source.map((_, at) => source[Math.min(at, (at % n) * n + Math.floor(at / n))])
    const scales = scope.upload('scales', gaussians(n, 5))
    const y = scope.buffer('y', 4 * n * n)
    const batch = gpu.batch('scale axes')
    scaleAxes(batch, { x: scope.upload('x', x), left: scales, right: scales, y }, { rows: n, columns: n })
    await batch.submit()
    const values = await gpu.readF32(y)
    for (let at = 0; at < n * n; at++) expect(values[at]).toBe(values[(at % n) * n + Math.floor(at / n)])
  })
})
