import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { random } from '../math/random.ts'
import { raggedShapes, seededLevels } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { gptqBlock, reference } from './gptq-block.ts'
import { padded } from './rank-update.ts'

test.each(raggedShapes)('a block of steps of %i rows, %i columns in groups of %i', async (rows, columns, width) => {
  await withGpu(async (gpu, scope) => {
    const groups = Math.ceil(columns / width)
    const bits = 4
    const { integer } = random(columns)
    const order = Uint32Array.from({ length: columns }, (_, t) => t)
    for (let t = columns - 1; t > 0; t--) {
      const other = integer(t + 1)
      ;[order[t], order[other]] = [order[other], order[t]]
    }
    const given = {
      weights: gaussians(rows * columns, 20).map((w) => 0.05 * w),
      order,
      ...seededLevels(rows, columns, groups, bits, 21),
      feedback: gaussians(columns * columns, 22).map((m, at) => (at % (columns + 1) === 0 ? 1 : 0.2 * m)),
      correction: gaussians(rows * columns, 23).map((c) => 0.01 * c),
    }
    // One dead column: no feedback, and code = zero.
    const start = columns > 8 ? 8 : 0
    const size = Math.min(32, columns - start)
    given.feedback[(start + (size >> 1)) * (columns + 1)] = 0
    const { weights, scales, zeros, feedback, correction } = given
    const widened = (values: Float32Array, width: number) =>
      Float32Array.from({ length: (values.length / width) * padded(width) }, (_, at) => {
        const [i, j] = [Math.floor(at / padded(width)), at % padded(width)]
        return j < width ? values[i * width + j] : NaN
      })
    const inputs = {
      weights,
      order,
      scales,
      zeros,
      feedback: widened(feedback, columns),
      correction: widened(correction, rows),
    }
    const codes = scope.upload('codes', new Uint32Array(rows * columns))
    const errors = scope.buffer('errors', 4 * size * padded(rows))
    const bindings = Object.fromEntries(
      Object.entries(inputs).map(([name, data]) => [name, scope.upload(name, data)]),
    ) as Record<keyof typeof inputs, ReturnType<typeof scope.upload>>
    const batch = gpu.batch('gptq-block')
    gptqBlock(batch, { ...bindings, codes, errors }, { rows, columns, width, groups, bits, start, size })
    await batch.submit()
    const expected = reference(given, { rows, columns, width, groups, bits, start, size })
    // From the same state; none of these inputs lies within rounding of a tie.
    expect([...(await gpu.readU32(codes))]).toEqual([...expected.codes])
    const found = (await gpu.readF32(errors)).filter((_, at) => at % padded(rows) < rows)
    expect(normalisedError(found, expected.errors)).toBeLessThan(1e-10)
  })
})
