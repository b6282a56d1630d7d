import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { raggedShapes, seededLevels } from '../test/levels.ts'
import { seededProblem } from '../test/problems.ts'
import { reference as basisOf } from './refit-basis.ts'
import { reference as sumsOf } from './refit-group-sums.ts'
import { entriesOf, placeOf, reference, refitNormal, unknownsOf } from './refit-normal.ts'

test.each(raggedShapes)('%i rows, %i columns in groups of %i', async (rows, columns, width) => {
  const groups = Math.ceil(columns / width)
  const { codes, zeros } = seededLevels(rows, columns, groups, 3, 1)
  const { hessian } = seededProblem({ rows: 1, columns })
  const stride = rows + 1
  const basis = basisOf(codes, zeros, { rows, columns, width, groups, first: 0, stride })
  const sums = sumsOf(hessian, { columns, width, groups })
  await withGpu(async (gpu, scope) => {
    const given = {
      basis: scope.upload('basis', Float32Array.from(basis)),
      sums: scope.upload('sums', Float32Array.from(sums)),
    }
    for (const offsets of [true, false])
      for (const byRow of [true, false]) {
        const entries = entriesOf({ groups, offsets })
        const layout = byRow ? { entryStride: 1, rowStride: entries } : { entryStride: rows, rowStride: 1 }
        const shape = { rows, columns, width, groups, stride, offsets, ...layout }
        const normal = scope.buffer('normal', 4 * rows * entries)
        for (let g = 0; g < groups; g++) {
          const product = new Float32Array(columns * stride)
          for (let j = g * width; j < columns; j++)
            for (let row = 0; row < rows; row++) {
              let sum = 0
              for (let i = g * width; i < Math.min(columns, (g + 1) * width); i++)
                sum += basis[i * stride + row] * hessian[i * columns + j]
              product[j * stride + row] = sum
            }
          const batch = gpu.batch('normal')
          refitNormal(batch, { ...given, product: scope.upload('product', product), normal }, shape, g)
          await batch.submit()
        }
        const found = await gpu.readF32(normal)
        const unknowns = unknownsOf(shape)
        // Half of the rows would do; a few of many save time.
        for (let row = 0; row < rows; row += 1 + (rows >> 3)) {
          const own = Array.from({ length: columns }, (_, j) => basis[j * stride + row])
          const expected = reference(own, hessian, shape)
          const upper = Array.from(expected).filter((_, at) => at % unknowns >= Math.floor(at / unknowns))
          const actual = Array.from(expected, (_, at) => {
            const [k, l] = [Math.floor(at / unknowns), at % unknowns]
            return l < k ? undefined : found[placeOf(k, l, unknowns) * layout.entryStride + row * layout.rowStride]
          }).filter((value) => value !== undefined)
          // Sums of products of which some cancel: a part in a million.
          expect(normalisedError(actual, upper)).toBeLessThan(1e-11)
        }
      }
  })
})
