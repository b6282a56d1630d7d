// GPTQ's theorems: its elimination form and LDLQ give the same codes; its own account of the error is the objective;
// and what happens when the Hessian is not positive definite.
import { expect, test } from 'vitest'
import { largestDifference } from '../math/compare.ts'
import { choleskyUpper, invert } from '../math/linear.ts'
import { reference as feedbackOf } from '../kernels/feedback.ts'
import { reference as nearest } from '../kernels/nearest.ts'
import { padded } from '../kernels/rank-update.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, plainOptions, solveAll } from '../test/solve.ts'
import { dampings } from './factor.ts'
import { uploadHessian } from './hessian.ts'
import { orders, referenceOrder, type Order } from './order.ts'
import type { ReferenceProblem } from './problem.ts'
import { referenceResidual, solveReference } from './reference.ts'
import { solutionCodes } from './solution.ts'

/** H in processing order with damping on its diagonal. */
function damped({ columns, hessian }: ReferenceProblem, order: Uint32Array, damp: number): Float64Array {
  const mean = order.reduce((sum, j) => sum + hessian[j * (columns + 1)], 0) / columns
  return Float64Array.from({ length: columns * columns }, (_, at) => {
    const [i, j] = [order[Math.floor(at / columns)], order[at % columns]]
    return hessian[i * columns + j] + (i === j ? damp * mean : 0)
  })
}

const diagonalOf = ({ columns, hessian }: ReferenceProblem) =>
  Float64Array.from({ length: columns }, (_, j) => hessian[j * (columns + 1)])
const WIDTH = 16
const grouped = { ...plainOptions, settings: { ...plainOptions.settings, group: WIDTH } }

/** The order of a problem damped by 0.01. */
function columnsInOrder(problem: ReferenceProblem, order: Order): Uint32Array {
  const { columns, hessian } = problem
  const mean = diagonalOf(problem).reduce((sum, h) => sum + h, 0) / columns
  return referenceOrder(hessian, columns, order, { damping: 0.01 * mean, width: WIDTH })
}
const gptq = (order: Order, damp: number) => chain('gptq', { name: 'gptq', options: { order, damp } })

test.each(orders)('elimination and LDLQ give the same codes, %s order', (order) => {
  const problem = seededProblem({ rows: 20, columns: 45, seed: 5 })
  const { rows, columns, weights } = problem
  const inOrder = columnsInOrder(problem, order)
  const { codes, levels } = solveReference(problem, gptq(order, 0.01), grouped)
  const M = feedbackOf(damped(problem, inOrder, 0.01), new Array<boolean>(columns).fill(false), columns)
  for (let row = 0; row < rows; row++) {
    const errors: number[] = []
    inOrder.forEach((j, t) => {
      const level = row * levels.groups + Math.floor(j / WIDTH)
      const [scale, zero] = [levels.scales[level], levels.zeros[level]]
      const wanted = errors.reduce((sum, error, s) => sum + error * M[s * columns + t], weights[row * columns + j])
      const [code] = nearest([wanted], [scale], [zero], { rows: 1, columns: 1, width: 1, groups: 1, bits: 3 })
      expect(codes[row * columns + j]).toBe(code)
      errors.push(weights[row * columns + j] - scale * (code - zero))
    })
  }
})

test.each(orders)(
  'the errors that GPTQ adds up, Σ ((w − ŵ) / U)², are e H eᵀ of the damped H, %s order',
  async (order) => {
    const problem = seededProblem({ rows: 6, columns: 40, seed: 6 })
    const { rows, columns } = problem
    const inOrder = columnsInOrder(problem, order)
    const H = damped(problem, inOrder, 0.01)
    const U = choleskyUpper(invert(H, columns)!, columns)!
    await withGpu(async (gpu) => {
      const [{ solution }] = await solveAll(gpu, problem, grouped, [gptq(order, 0.01)])
      const residual = referenceResidual(problem, solution.levels, solutionCodes(solution))
      for (let row = 0; row < rows; row++) {
        const e = Array.from(inOrder, (j) => -residual[row * columns + j])
        // Each column's own error: what is left of it after the errors of the columns before have been passed on.
        const own = [...e]
        let account = 0
        for (let t = 0; t < columns; t++) {
          const error = own[t] / U[t * columns + t]
          account += error ** 2
          for (let k = t; k < columns; k++) own[k] -= error * U[t * columns + k]
        }
        const loss = e.reduce((sum, x, i) => sum + x * e.reduce((inner, y, j) => inner + y * H[i * columns + j], 0), 0)
        expect(account / loss).toBeCloseTo(1, 9)
      }
    })
  },
)

test.each([1, 15, 17, 33, 257])('the feedback of %i columns is that of float64', async (columns) => {
  const dead = columns > 2 ? [1] : []
  const problem = seededProblem({ rows: 1, columns, dead })
  await withGpu(async (gpu) => {
    using hessian = uploadHessian(gpu, Float32Array.from(problem.hessian), columns)
    expect(await hessian.deadColumns()).toEqual(dead)
    for (const order of orders) {
      const { feedback, damping } = await hessian.factor(order, 0.01, WIDTH)
      expect(damping).toEqual([0.01])
      const inOrder = columnsInOrder(problem, order)
      const H = damped(problem, inOrder, 0.01)
      const isDead = Array.from(inOrder, (j) => dead.includes(j))
      const expected = feedbackOf(H, isDead, columns)
      // Entries up to a few units; the condition of H is below 1e4, of which a Cholesky factor feels the square root.
      const found = (await feedback.read(gpu)).filter((_, at) => at % padded(columns) < columns)
      expect(largestDifference(found, expected)).toBeLessThan(1e-4)
    }
  })
})

test('damping is raised until the factorisation succeeds, and every attempt is told', async () => {
  const problem = seededProblem({ rows: 5, columns: 40, tokens: 10 })
  const diagonal = diagonalOf(problem)
  // Correlations of 40 columns over 10 tokens: the lowest eigenvalue is 0, then −0.025 of the mean diagonal.
  const hessian = problem.hessian.map((h, at) => h / Math.sqrt(diagonal[Math.floor(at / 40)] * diagonal[at % 40]))
  const shifted = { ...problem, hessian: hessian.map((h, at) => Math.fround(at % 41 === 0 ? h - 0.025 : h)) }
  await withGpu(async (gpu) => {
    const [{ solution }] = await solveAll(gpu, shifted, plainOptions, [gptq('natural', 0.01)])
    expect(solution.damping).toEqual([0.01, 0.02, 0.03])
    expect(solveReference(shifted, gptq('natural', 0.01), plainOptions).damping).toEqual([0.01, 0.02, 0.03])
  })
})

test('an H without damping that is only semidefinite is not factorised by luck', async () => {
  const problem = seededProblem({ rows: 5, columns: 40, tokens: 10 })
  await withGpu(async (gpu) => {
    const [{ solution }] = await solveAll(gpu, problem, plainOptions, [gptq('activation', 0)])
    expect(solution.damping).toEqual([0, 0.01])
  })
})

test('an H that no damping mends is an error with numbers', async () => {
  const problem = seededProblem({ rows: 5, columns: 8 })
  const hessian = problem.hessian.map((h, at) => (at === 1 || at === 8 ? 1e6 : h))
  await withGpu(async (gpu) => {
    await expect(solveAll(gpu, { ...problem, hessian }, plainOptions, [gptq('natural', 0.01)])).rejects.toThrow(
      /the Hessian of 8 columns is not positive definite even with a damping of 1 of its mean diagonal \(100 tried, the last failed at step \d+\)/,
    )
    const negative = problem.hessian.map((h, at) => (at === 9 ? -2 : h))
    await expect(
      solveAll(gpu, { ...problem, hessian: negative }, plainOptions, [gptq('natural', 0.01)]),
    ).rejects.toThrow("the Hessian's diagonal is -2 at column 1; it must be finite and not negative")
  })
})

test('the ladder of dampings', () => {
  expect([...dampings(0.01)].slice(0, 4)).toEqual([0.01, 0.02, 0.03, 0.04])
  expect([...dampings(0.985)]).toEqual([0.985, 0.995])
})
