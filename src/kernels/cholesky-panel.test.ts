import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { choleskyUpper } from '../math/linear.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { choleskyPanel, reference } from './cholesky-panel.ts'

test.each([
  [2, 0, 1],
  [17, 1, 15],
  [257, 64, 32],
  [40, 8, 32],
])('the panel beside a block, %i columns, from %i, size %i', async (columns, start, size) => {
  await withGpu(async (gpu, scope) => {
    const { hessian } = seededProblem({ rows: 1, columns })
    const at = (i: number, j: number) => (start + i) * columns + start + j
    const block = Float64Array.from({ length: size * size }, (_, k) => hessian[at(Math.floor(k / size), k % size)])
    const factor = choleskyUpper(block, size)!
    const matrix = Float32Array.from(hessian)
    factor.forEach((value, k) => (matrix[at(Math.floor(k / size), k % size)] = value))
    const buffer = scope.upload('matrix', matrix)
    const panel = scope.buffer('panel', 4 * size * columns)
    const batch = gpu.batch('panel')
    choleskyPanel(batch, { matrix: buffer, panel }, { columns, stride: columns, start, size })
    await batch.submit()
    const expected = reference(matrix, { columns, start, size })
    const rest = columns - start - size
    const [inPlace, copied] = [await gpu.readF32(buffer), await gpu.readF32(panel)]
    const cut = (values: Float32Array, first: number) =>
      Array.from(
        { length: size * rest },
        (_, k) => values[(first + Math.floor(k / rest)) * columns + start + size + (k % rest)],
      )
    // Substitution with a factor whose condition is some tens.
    if (rest) expect(normalisedError(cut(inPlace, start), expected)).toBeLessThan(1e-10)
    expect(cut(copied, 0)).toEqual(cut(inPlace, start))
  })
})
