// Descents that make up for the errors of earlier layers (QEP): the shifted gradient against the explicit target.
import { expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { invert, quadraticForm } from '../math/linear.ts'
import { withGpu } from '../test/gpu.ts'
import { gaussians } from '../test/numbers.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, plainOptions } from '../test/solve.ts'
import { drain } from '../test/model.ts'
import { grids } from './grids/index.ts'
import { uploadHessian } from './hessian.ts'
import { Measure } from './measure.ts'
import { named, optionValues } from './options.ts'
import type { ReferenceProblem } from './problem.ts'
import { referenceDescent } from './reference-descent.ts'
import { referenceResidual } from './reference.ts'
import { dequantizeSolution, solutionCodes } from './solution.ts'
import { LayerSolver } from './solve.ts'
import { transforms } from './transforms/index.ts'

const ALPHA = 0.5

/** [n, m] · [m, k] */
function product(A: ArrayLike<number>, B: ArrayLike<number>, n: number, m: number, k: number): Float64Array {
  const C = new Float64Array(n * k)
  for (let i = 0; i < n; i++)
    for (let l = 0; l < m; l++) for (let j = 0; j < k; j++) C[i * k + j] += A[i * m + l] * B[l * k + j]
  return C
}

/** A problem on inputs x̂ = x + drift, with S = α W (Ĥ − M) and the target W* = (1 − α) W + α W M Ĥ⁻¹. */
function driftedProblem(rows: number, columns: number) {
  const { weights } = seededProblem({ rows, columns })
  const tokens = 6 * columns
  const x = gaussians(tokens * columns, 1)
  // Drift that follows the inputs, as an earlier layer's error does, and noise of its own.
  const noise = gaussians(tokens * columns, 2)
  const seen = Float64Array.from(x, (value, at) => value + 0.3 * x[at - (at % columns)] + 0.1 * noise[at])
  const moment = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    const sums = new Float64Array(columns * columns)
    for (let t = 0; t < tokens; t++)
      for (let i = 0; i < columns; i++)
        for (let j = 0; j < columns; j++) sums[i * columns + j] += (a[t * columns + i] * b[t * columns + j]) / tokens
    return sums
  }
  const hessian = moment(seen, seen).map(Math.fround)
  const M = moment(x, seen)
  const drift = hessian.map((value, at) => value - M[at])
  const shift = product(weights, drift, rows, columns, columns).map((value) => Math.fround(ALPHA * value))
  const WM = product(weights, M, rows, columns, columns)
  const WMH = product(WM, invert(hessian, columns)!, rows, columns, columns)
  const target = weights.map((w, at) => (1 - ALPHA) * w + ALPHA * WMH[at])
  const problem: ReferenceProblem = { rows, columns, weights, hessian }
  return { problem, shift, target }
}

test('the shift is the explicit target: W − S Ĥ⁻¹ = (1 − α) W + α W M Ĥ⁻¹', () => {
  const { problem, shift, target } = driftedProblem(5, 17)
  const moved = product(shift, invert(problem.hessian, 17)!, 5, 17, 17)
  const implied = problem.weights.map((w, at) => w - moved[at])
  // Both by an inverse of a matrix with condition about 100, from numbers rounded to float32.
  expect(normalisedError(implied, target)).toBeLessThan(1e-9)
})

test.each([
  [9, 33, 0],
  [32, 64, 16],
])('descent with the shift is descent to the explicit target, %i × %i, group %i', async (rows, columns, group) => {
  const { problem, shift, target } = driftedProblem(rows, columns)
  const settings = { ...plainOptions.settings, group }
  const grid = named('grid', grids, 'minmax')
  const levels = grid.reference(problem, settings, optionValues(grid.options))
  const explicit = { ...problem, weights: target }
  const loss = (codes: ArrayLike<number>) =>
    quadraticForm(referenceResidual(explicit, levels, codes), problem.hessian, rows, columns)
  await withGpu(async (gpu) => {
    using weights = gpu.upload('weights', Float32Array.from(problem.weights))
    using hessian = uploadHessian(gpu, Float32Array.from(problem.hessian), columns)
    using shiftBuffer = gpu.upload('shift', Float32Array.from(shift))
    const shifted = { rows, columns, weights, hessian, shift: shiftBuffer }
    using solver = new LayerSolver(gpu, shifted, { ...plainOptions, settings })
    using plain = new LayerSolver(gpu, { rows, columns, weights, hessian }, { ...plainOptions, settings })
    const start = solutionCodes((await drain(solver.solve(chain('start', { name: 'nearest' })))).result)
    for (const rule of ['greedy', 'cyclic'] as const) {
      const recipe = chain(rule, { name: 'nearest' }, { name: rule })
      const { result } = await drain(solver.solve(recipe))
      const codes = solutionCodes(result)
      const reference = referenceDescent(explicit, levels, start, rule, Infinity, Infinity)
      // The same moves wherever float32 sees the same best one; a tie decided otherwise changes what follows.
      const different = codes.filter((code, at) => code !== reference.codes[at]).length
      expect(different / codes.length, rule).toBeLessThan(0.02)
      expect(loss(codes) / loss(reference.codes), rule).toBeCloseTo(1, 2)
      // No single change lowers the explicit loss: the minimum is its own, not that of the uncorrected problem.
      const again = referenceDescent(explicit, levels, codes, 'greedy', Infinity, Infinity)
      expect(loss(again.codes) / loss(codes), rule).toBeGreaterThan(1 - 1e-5)
      const uncorrected = solutionCodes((await drain(plain.solve(recipe))).result)
      expect(loss(codes), rule).toBeLessThan(0.9 * loss(uncorrected))
      // Reported is the loss of the layer itself: float32 sums over a row.
      const residual = referenceResidual(problem, result.levels, codes)
      const own = quadraticForm(residual, problem.hessian, rows, columns)
      expect(result.objective / own, rule).toBeCloseTo(1, 5)
    }
  })
})

test('what a shifted measure falls by is the explicit loss', async () => {
  const [rows, columns] = [7, 15]
  const { problem, shift, target } = driftedProblem(rows, columns)
  const grid = named('grid', grids, 'minmax')
  const explicit = { ...problem, weights: target }
  await withGpu(async (gpu, scope) => {
    const weights = scope.upload('weights', Float32Array.from(problem.weights))
    const hessian = scope.own(uploadHessian(gpu, Float32Array.from(problem.hessian), columns))
    const given = { rows, columns, weights, hessian, shift: scope.upload('shift', Float32Array.from(shift)) }
    const levels = scope.own(await grid.run(gpu, given, plainOptions.settings, optionValues(grid.options)))
    const referenceLevels = grid.reference(problem, plainOptions.settings, optionValues(grid.options))
    const measure = scope.own(new Measure(gpu, given))
    // The constant between the two is the explicit loss of Ŵ = W.
    const constant = quadraticForm(
      problem.weights.map((w, at) => w - target[at]),
      problem.hessian,
      rows,
      columns,
    )
    for (const seed of [1, 2]) {
      const codes = Uint32Array.from(gaussians(rows * columns, seed), (value) => Math.min(7, Math.abs(4 * value)))
      measure.changed()
      const objective = await measure.objective(scope.upload('codes', codes), levels)
      const residual = referenceResidual(explicit, referenceLevels, codes)
      const expected = quadraticForm(residual, problem.hessian, rows, columns) - constant
      // Differences of sums in float32.
      expect(Math.abs(objective - expected)).toBeLessThan(1e-5 * (constant + Math.abs(expected)))
      const gradient = product(residual, problem.hessian, rows, columns, columns)
      expect(normalisedError(await gpu.readF32(measure.product), gradient)).toBeLessThan(1e-11)
    }
    // The energy is of the weights alone.
    const energy = quadraticForm(problem.weights, problem.hessian, rows, columns)
    expect((await measure.energy()) / energy).toBeCloseTo(1, 5)
  })
})

test.each(transforms.map(({ name }) => name))('in the basis of transform %s, too', async (name) => {
  const [rows, columns] = [24, 48]
  const { problem, shift, target } = driftedProblem(rows, columns)
  await withGpu(async (gpu, scope) => {
    const weights = scope.upload('weights', Float32Array.from(problem.weights))
    const hessian = scope.own(uploadHessian(gpu, Float32Array.from(problem.hessian), columns))
    const plain = { rows, columns, weights, hessian }
    const shifted = { ...plain, shift: scope.upload('shift', Float32Array.from(shift)) }
    const recipe = { ...chain(name, { name: 'nearest' }, { name: 'greedy' }), transform: { name } }
    const [corrected, uncorrected] = await Promise.all(
      [shifted, plain].map(async (given) => {
        const solver = scope.own(new LayerSolver(gpu, given, plainOptions))
        const { result } = await drain(solver.solve(recipe))
        using restored = dequantizeSolution(gpu, result, { rows, columns })
        const solved = await restored.read(gpu)
        const loss = (of: ArrayLike<number>) =>
          quadraticForm(
            solved.map((w, at) => w - of[at]),
            problem.hessian,
            rows,
            columns,
          )
        return { explicit: loss(target), own: loss(problem.weights), reported: result.objective }
      }),
    )
    expect(corrected.explicit).toBeLessThan(0.9 * uncorrected.explicit)
    expect(corrected.own).toBeGreaterThan(uncorrected.own)
    // Float32 sums, and weights that were taken to another basis and back.
    expect(corrected.reported / corrected.own).toBeCloseTo(1, 3)
  })
})
