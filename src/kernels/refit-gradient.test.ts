import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { raggedShapes } from '../test/levels.ts'
import { gaussians } from '../test/numbers.ts'
import { reference, refitGradient } from './refit-gradient.ts'
import { entriesOf, placeOf, unknownsOf } from './refit-normal.ts'

test.each(raggedShapes)('%i rows, %i columns in groups of %i', async (rows, columns, width) => {
  const groups = Math.ceil(columns / width)
  const first = rows > 1 ? 1 : 0
  const stride = rows - first + 2
  const gradient = gaussians(rows * columns, 3)
  const basis = gaussians(columns * stride, 4)
  await withGpu(async (gpu, scope) => {
    const given = { gradient: scope.upload('gradient', gradient), basis: scope.upload('basis', basis) }
    for (const offsets of [true, false]) {
      const shape = { rows: rows - first, columns, width, groups, stride, offsets, entryStride: stride, rowStride: 1 }
      const unknowns = unknownsOf(shape)
      const normal = scope.buffer('normal', 4 * stride * entriesOf(shape))
      const batch = gpu.batch('gradient')
      refitGradient(batch, { ...given, normal }, shape, first)
      await batch.submit()
      const found = await gpu.readF32(normal)
      for (let row = 0; row < shape.rows; row++) {
        const expected = reference(
          gradient.subarray((first + row) * columns, (first + row + 1) * columns),
          Array.from({ length: columns }, (_, j) => basis[j * stride + row]),
          shape,
        )
        const actual = Array.from(expected, (_, k) => found[placeOf(k, unknowns, unknowns) * stride + row])
        // Sums of some 200 terms of either sign.
        expect(normalisedError(actual, expected)).toBeLessThan(1e-11)
      }
    }
  })
})
