// Orders of columns, and factors of large Hessians in each of them.
import { expect, test } from 'vitest'
import { padded } from '../kernels/rank-update.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, plainOptions, solveAll } from '../test/solve.ts'
import { uploadHessian } from './hessian.ts'
import { orderOf, orders, referenceOrder } from './order.ts'
import { solveReference } from './reference.ts'

test('activation order: by descending diagonal, the lower column first where it is the same', () => {
  expect([...orderOf([1, 3, 0, 3, 2, 0], 'activation')]).toEqual([1, 3, 4, 0, 2, 5])
  expect([...orderOf([1, 3, 0], 'natural')]).toEqual([0, 1, 2])
})

test('group order: groups by their largest diagonal, each by descending diagonal, the last group may be shorter', () => {
  const diagonal = [1, 2, 9, 3, 4, 9, 7]
  expect([...orderOf(diagonal, 'group', 2)]).toEqual([2, 3, 5, 4, 6, 1, 0])
  expect([...orderOf(diagonal, 'group', 7)]).toEqual([...orderOf(diagonal, 'activation')])
  expect([...orderOf(diagonal, 'group', 1)]).toEqual([...orderOf(diagonal, 'activation')])
})

/** H with long correlations and unequal columns; its lowest eigenvalues are some thousandths of its mean diagonal. */
function correlated(columns: number): Float32Array {
  const loud = Array.from({ length: columns }, (_, j) => 1 + 3 * Math.abs(Math.sin(7 * j + 1)))
  return Float32Array.from({ length: columns * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns]
    return loud[i] * loud[j] * (0.98 ** Math.abs(i - j) + 0.3 * Math.cos(0.37 * (i - j)))
  })
}

/**
 * Largest entry of M D Mᵀ − (H + damping) in processing order ÷ that of H; D as the diagonal wants it. Some 30
 * rows of it.
 */
async function residualOf(gpu: Gpu, matrix: Float32Array, columns: number, order: (typeof orders)[number]) {
  using hessian = uploadHessian(gpu, matrix, columns)
  const factor = await hessian.factor(order, 0.01, 64)
  expect(factor.damping).toEqual([0.01])
  const stride = padded(columns)
  const [M, inOrder] = [await factor.feedback.read(gpu), await gpu.readU32(factor.order)]
  let mean = 0
  for (let j = 0; j < columns; j++) mean += matrix[j * (columns + 1)] / columns
  const H = (s: number, t: number) => matrix[inOrder[s] * columns + inOrder[t]] + (s === t ? 0.01 * mean : 0)
  const D = new Float64Array(columns)
  for (let t = columns - 1; t >= 0; t--) {
    D[t] = H(t, t)
    for (let k = t + 1; k < columns; k++) D[t] -= M[t * stride + k] ** 2 * D[k]
  }
  let [worst, largest] = [0, 0]
  for (let s = 0; s < columns; s += 3 + (columns >> 5))
    for (let t = s; t < columns; t++) {
      let entry = s === t ? D[t] : M[s * stride + t] * D[t]
      for (let k = t + 1; k < columns; k++) entry += M[s * stride + k] * D[k] * M[t * stride + k]
      worst = Math.max(worst, Math.abs(entry - H(s, t)))
      largest = Math.max(largest, Math.abs(H(s, t)))
    }
  return worst / largest
}

test('the factor of 1024 columns gives the damped Hessian back', async () => {
  await withGpu(async (gpu) => {
    // Sums of a thousand products in float32.
    expect(await residualOf(gpu, correlated(1024), 1024, 'activation')).toBeLessThan(1e-5)
  })
})

test.each(orders)('the factor of 257 columns gives the damped Hessian back, %s order', async (order) => {
  await withGpu(async (gpu) => {
    expect(await residualOf(gpu, correlated(257), 257, order)).toBeLessThan(1e-5)
  })
})

test('the min-pivot order of several blocks is that of float64', async () => {
  const { columns, hessian } = seededProblem({ rows: 1, columns: 150, dead: [3, 77] })
  await withGpu(async (gpu) => {
    using uploaded = uploadHessian(gpu, Float32Array.from(hessian), columns)
    const { order } = await uploaded.factor('min-pivot', 0.01)
    const mean = (await uploaded.diagonalValues()).reduce((sum, h) => sum + h, 0) / columns
    const expected = referenceOrder(hessian, columns, 'min-pivot', { damping: 0.01 * mean, width: columns })
    expect(await gpu.readU32(order)).toEqual(expected)
    expect([...expected.subarray(-2)]).toEqual([3, 77])
  })
})

test('a factorisation can be stopped half-way, and begun again', async () => {
  await withGpu(async (gpu) => {
    const { workPerSubmit } = gpu
    gpu.workPerSubmit = 1e5
    try {
      using hessian = uploadHessian(gpu, correlated(200), 200)
      const before = gpu.memory.labels()
      for (let pulls = 0; pulls < 8; pulls++) {
        const run = hessian.factoring('min-pivot', 0.01)
        for (let pull = 0; pull < pulls; pull++) expect((await run.next()).done).toBe(false)
        await run.return(undefined as never)
        // The order, once known, stays.
        expect(gpu.memory.labels().length - before.length).toBeLessThanOrEqual(1)
      }
      const pieces = await hessian.factor('min-pivot', 0.01)
      gpu.workPerSubmit = workPerSubmit
      using other = uploadHessian(gpu, correlated(200), 200)
      const whole = await other.factor('min-pivot', 0.01)
      expect(await pieces.feedback.read(gpu)).toEqual(await whole.feedback.read(gpu))
    } finally {
      gpu.workPerSubmit = workPerSubmit
    }
  })
})

test('every order gives what its reference gives, and what is expected of it', async () => {
  const sums = new Map<string, number>(orders.map((order) => [order, 0]))
  for (const seed of [1, 2, 3]) {
    const problem = seededProblem({ rows: 24, columns: 80, seed })
    const options = { ...plainOptions, settings: { ...plainOptions.settings, group: 16 } }
    await withGpu(async (gpu) => {
      const recipes = orders.map((order) => chain(order, { name: 'gptq', options: { order } }))
      for (const { recipe, solution } of await solveAll(gpu, problem, options, recipes)) {
        const reference = solveReference(problem, recipe, options)
        // Float32 may round one weight the other way; all that follows in its row, one of 24, then differs.
        expect(Math.abs(solution.objective / reference.objective - 1), recipe.name).toBeLessThan(0.01)
        sums.set(recipe.name, sums.get(recipe.name)! + solution.relative)
      }
    })
  }
  // Loud columns first is better than none; within groups it keeps a part of that.
  expect(sums.get('activation')).toBeLessThan(sums.get('natural')!)
  expect(sums.get('min-pivot')).toBeLessThan(sums.get('natural')!)
  expect(sums.get('group')).toBeLessThan(sums.get('natural')!)
})
