import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { raggedShapes, seededLevels } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { seededProblem } from '../test/problems.ts'
import { quantEaseBlock, reference } from './quantease-block.ts'
import { padded } from './rank-update.ts'

const cases = raggedShapes.flatMap((shape) => [false, true].map((relaxed) => [...shape, relaxed] as const))

test.each(cases)('%i rows, %i columns in groups of %i, relaxed %s', async (rows, columns, width, relaxed) => {
  await withGpu(async (gpu, scope) => {
    const groups = Math.ceil(columns / width)
    const shape = { rows, columns, width, groups, bits: 4, relaxed }
    const start = columns > 8 ? 8 : 0
    const size = Math.min(32, columns - start)
    const { scales, zeros } = seededLevels(rows, columns, groups, shape.bits, 21)
    const given = {
      weights: gaussians(rows * columns, 20).map((w) => 0.05 * w),
      product: gaussians(rows * columns, 24).map((g) => 0.02 * g),
      order: Uint32Array.from({ length: columns }, (_, t) => columns - 1 - t),
      scales,
      zeros,
      matrix: Float32Array.from(seededProblem({ rows: 1, columns, seed: 5 }).hessian),
      correction: gaussians(rows * columns, 23).map((c) => 0.01 * c),
    }
    const widened = (values: Float32Array, width: number) =>
      Float32Array.from({ length: (values.length / width) * padded(width) }, (_, at) => {
        const [i, j] = [Math.floor(at / padded(width)), at % padded(width)]
        return j < width ? values[i * width + j] : NaN
      })
    const inputs = {
      ...given,
      matrix: widened(given.matrix, columns),
      correction: widened(given.correction, rows),
    }
    const changes = scope.buffer('changes', 4 * size * padded(rows))
    const bindings = Object.fromEntries(
      Object.entries(inputs).map(([name, data]) => [name, scope.upload(name, data)]),
    ) as Record<keyof typeof inputs, ReturnType<typeof scope.upload>>
    const batch = gpu.batch('quantease-block')
    quantEaseBlock(batch, { ...bindings, changes }, { ...shape, start, size })
    await batch.submit()
    const expected = reference(given, { ...shape, start, size })
    // From the same state; none of these inputs lies within rounding of a tie.
    expect(normalisedError(await gpu.readF32(bindings.weights), expected.weights)).toBeLessThan(1e-11)
    const found = (await gpu.readF32(changes)).filter((_, at) => at % padded(rows) < rows)
    // A change is a difference of weights: it errs by a unit in their last place.
    const size2 = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value ** 2, 0)
    const error = size2(found.map((change, at) => change - expected.changes[at]))
    expect(error / (found.length * (size2(given.weights) / given.weights.length))).toBeLessThan(1e-13)
  })
})
