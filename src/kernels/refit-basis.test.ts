import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { raggedShapes, seededLevels } from '../test/levels.ts'
import { refitBasis, reference } from './refit-basis.ts'

test.each(raggedShapes)('%i rows, %i columns in groups of %i', async (rows, columns, width) => {
  const groups = Math.ceil(columns / width)
  const { codes, zeros } = seededLevels(rows, columns, groups, 3, 1)
  await withGpu(async (gpu, scope) => {
    const given = { codes: scope.upload('codes', codes), zeros: scope.upload('zeros', zeros) }
    for (const [first, stride] of [
      [0, rows],
      [rows >> 1, rows + 3],
    ]) {
      const basis = scope.buffer('basis', 4 * columns * stride)
      const shape = { rows, columns, width, groups, first, stride }
      const batch = gpu.batch('basis')
      refitBasis(batch, { ...given, basis }, shape)
      await batch.submit()
      expect(await gpu.readF32(basis)).toEqual(Float32Array.from(reference(codes, zeros, shape)))
    }
  })
})
