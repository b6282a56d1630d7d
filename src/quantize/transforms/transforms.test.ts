// What holds for every transform: it is undone exactly, the objective does not notice, the GPU agrees with float64,
// and every combination with grids and steps says what it did.
import { describe, expect, test } from 'vitest'
import { normalisedError } from '../../math/compare.ts'
import { quadraticForm } from '../../math/linear.ts'
import { withGpu } from '../../test/gpu.ts'
import { gaussians } from '../../test/numbers.ts'
import { seededProblem, type ProblemOptions } from '../../test/problems.ts'
import { uploadHessian } from '../hessian.ts'
import { optionValues, type OptionTable } from '../options.ts'
import type { GridSettings, ReferenceProblem } from '../problem.ts'
import type { Transform } from '../stage.ts'
import { checkHadamard } from './hadamard.ts'
import { transforms } from './index.ts'

const settings: GridSettings = { bits: 3, group: 0, symmetric: false, scaleType: 'f16' }

const shapes: ProblemOptions[] = [
  { rows: 1, columns: 1 },
  { rows: 1, columns: 43 },
  { rows: 17, columns: 1 },
  { rows: 15, columns: 17 },
  { rows: 24, columns: 48 },
  { rows: 12, columns: 257 },
  { rows: 128, columns: 64 },
  { rows: 43, columns: 172, dead: [0, 7, 171], zeroRows: [3] },
  { rows: 20, columns: 56, tokens: 12 },
]
const textOf = ({ rows, columns, dead, tokens }: ProblemOptions) =>
  `${rows} × ${columns}${dead ? ', dead columns' : ''}${tokens ? `, ${tokens} tokens` : ''}`

const defaults = (transform: Transform) => optionValues<OptionTable>(transform.options)

/** tr(E H Eᵀ) */
const objective = (errors: Float64Array, { hessian, rows, columns }: ReferenceProblem) =>
  quadraticForm(errors, hessian, rows, columns)

test('a size with a large prime factor is refused where one buffer does not hold what mixes it', () => {
  const adapter = { maxBindingBytes: 2 ** 27, maxBufferBytes: 2 ** 30 }
  for (const size of [14336, 2 * 5791]) checkHadamard(adapter, size)
  expect(() => checkHadamard(adapter, 3 * 5801)).toThrow(
    'a Hadamard transform of 17403 mixes 5801 numbers at once by a dense matrix: 134676016 bytes in one ' +
      'buffer, this adapter allows 134217728',
  )
})

describe.each(transforms)('$name', (transform) => {
  describe.each(shapes.map((shape) => ({ shape, text: textOf(shape) })))('$text', ({ shape }) => {
    const problem = seededProblem(shape)
    const { rows, columns } = problem
    const reference = transform.reference(problem, settings, defaults(transform))

    test('the reference is undone, and the objective does not notice it', () => {
      const { problem: inside, restore } = reference
      expect(normalisedError(restore(inside.weights), problem.weights)).toBeLessThan(1e-24)
      // The change of the weights themselves, W' of W.
      expect(objective(inside.weights, inside) / objective(problem.weights, problem)).toBeCloseTo(1, 6)
      const errors = Float64Array.from(gaussians(inside.rows * inside.columns, 5))
      const restored = objective(restore(errors), problem)
      // What the way back to fewer rows removes is only there inside.
      if (inside.rows > rows) expect(objective(errors, inside)).toBeGreaterThan(restored)
      else expect(objective(errors, inside) / restored).toBeCloseTo(1, 6)
    })

    test('the GPU agrees with the reference, there and back', async () => {
      await withGpu(async (gpu, scope) => {
        const weights = scope.upload('weights', Float32Array.from(problem.weights))
        const hessian = scope.own(uploadHessian(gpu, Float32Array.from(problem.hessian), columns))
        const shift = scope.upload('shift', gaussians(rows * columns, 9))
        const given = { rows, columns, weights, hessian, shift }
        using transformed = await transform.run(gpu, given, settings, defaults(transform))
        const { problem: inside, restore } = transformed
        const { problem: expected, restore: expectedBack } = reference
        expect([inside.rows, inside.columns]).toEqual([expected.rows, expected.columns])
        // A few sums of up to some hundred products in float32, one after another.
        expect(normalisedError(await gpu.readF32(inside.weights), expected.weights)).toBeLessThan(1e-12)
        const matrix = await inside.hessian.matrix.read(gpu)
        expect(normalisedError(matrix, expected.hessian)).toBeLessThan(1e-12)
        const n = inside.columns
        expect(matrix.every((h, at) => h === matrix[(at % n) * n + Math.floor(at / n)])).toBe(true)
        await inside.hessian.diagonalValues()
        if (!restore) return
        const solved = gaussians(inside.rows * n, 7)
        using solvedBuffer = gpu.upload('solved', solved)
        using restored = await restore(solvedBuffer)
        const back = await gpu.readF32(restored)
        expect(normalisedError(back, expectedBack(Float64Array.from(solved)))).toBeLessThan(1e-12)
        // The gradient's shift is of the other space: ⟨E', shift'⟩ = ⟨E, shift⟩ for the E that E' is restored to.
        const inner = (a: ArrayLike<number>, b: ArrayLike<number>) =>
          Array.from(a).reduce((sum, x, at) => sum + x * b[at], 0)
        const outside = inner(back, gaussians(rows * columns, 9))
        const within = inner(solved, await gpu.readF32(inside.shift!))
        expect(Math.abs(within - outside)).toBeLessThan(1e-5 * Math.sqrt(inner(back, back) * rows * columns))
      })
    })
  })

  test('the same problem every time, another with another seed', async () => {
    const problem = seededProblem({ rows: 12, columns: 40 })
    await withGpu(async (gpu, scope) => {
      const weights = scope.upload('weights', Float32Array.from(problem.weights))
      const hessian = scope.own(uploadHessian(gpu, Float32Array.from(problem.hessian), 40))
      const run = async (seed: number) => {
        const seeded = 'seed' in transform.options ? { seed } : {}
        const values = optionValues<OptionTable>(transform.options, seeded)
        using transformed = await transform.run(gpu, { rows: 12, columns: 40, weights, hessian }, settings, values)
        return gpu.readF32(transformed.problem.weights)
      }
      const first = await run(1)
      expect(await run(1)).toEqual(first)
      if ('seed' in transform.options) expect(await run(2)).not.toEqual(first)
    })
  })
})
