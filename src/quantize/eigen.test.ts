// Eigenvalue clipping on the GPU against float64, and what holds of every clipped Hessian.
import { describe, expect, test } from 'vitest'
import { largestDifference } from '../math/compare.ts'
import { jacobi, symmetricEigen } from '../math/eigen.ts'
import { gramMatrix } from '../math/linear.ts'
import { random } from '../math/random.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, objectiveOf, plainOptions, solveAll } from '../test/solve.ts'
import { clippedReference, loweredCount, MOST_LOWERED } from './eigen-clip.ts'
import { eigenHead } from './eigen-head.ts'
import { uploadHessian, type EigenClip } from './hessian.ts'
import { solveReference } from './reference.ts'

/** H of inputs whose covariance has eigenvalues (k + 1)^-alpha in mixed directions, in float32. */
function powerLaw(columns: number, alpha: number, seed: number): Float32Array {
  const { normal } = random(seed)
  const mix = Float64Array.from({ length: columns * columns }, normal)
  const scaled = mix.map((x, at) => x * (1 + Math.floor(at / columns)) ** (-alpha / 2))
  return Float32Array.from(gramMatrix(scaled, columns, columns))
}

interface Case {
  name: string
  columns: number
  hessian: Float32Array
}

const seeded = (name: string, options: Parameters<typeof seededProblem>[0]): Case => ({
  name,
  columns: options.columns,
  hessian: Float32Array.from(seededProblem(options).hessian),
})

const cases: Case[] = [
  seeded('48 columns', { rows: 1, columns: 48 }),
  seeded('33 columns with dead ones', { rows: 1, columns: 33, dead: [0, 17] }),
  seeded('64 columns of 24 tokens', { rows: 1, columns: 64, tokens: 24 }),
  seeded('130 columns', { rows: 1, columns: 130, seed: 4 }),
  seeded('2 columns', { rows: 1, columns: 2 }),
  { name: '120 columns, nearly flat', columns: 120, hessian: powerLaw(120, 0.3, 2) },
  { name: '150 columns, steep', columns: 150, hessian: powerLaw(150, 2, 3) },
]

const clips: EigenClip[] = [
  { fraction: 0.01, threshold: 0 },
  { fraction: 0.1, threshold: 0 },
  { fraction: 0.5, threshold: 0 },
  { fraction: 0, threshold: 2 },
  { fraction: 0.02, threshold: 1 },
  { fraction: 0.3, threshold: 8 },
]

describe.each(cases)('$name', ({ columns, hessian }) => {
  const eigen = symmetricEigen(hessian, columns)

  test.each(clips)('clipped at fraction $fraction, threshold $threshold', async (clip) => {
    const expected = clippedReference(hessian, columns, clip, eigen)
    const { values } = eigen
    await withGpu(async (gpu) => {
      using source = uploadHessian(gpu, hessian, columns)
      const view = await source.clipped(clip)
      if (view === source) {
        expect(values[0]).toBeLessThanOrEqual(clip.threshold * (await source.meanDiagonal()))
        return
      }
      const found = await view.matrix.read(gpu)
      const { limit, lowered, error } = view.clipping!
      // What the rule says, from the float64 eigenvalues; float32 products know them to a few 1e-7 of the largest.
      const mean = (await source.meanDiagonal()) * clip.threshold || Infinity
      const next = clip.fraction ? values[loweredCount(clip.fraction, columns)] : Infinity
      expect(Math.abs(limit - Math.max(1e-5 * values[0], Math.min(mean, next)))).toBeLessThan(
        1e-3 * limit + 2e-6 * values[0],
      )
      const above = values.filter((value) => value > limit * (1 + 1e-3)).length
      expect(lowered).toBeGreaterThanOrEqual(above)
      if (clip.fraction && !clip.threshold) expect(lowered).toBe(Math.min(above, loweredCount(clip.fraction, columns)))
      // The stopping rule: 1e-3 of the new largest eigenvalue and 4e-6 of the old one, which float32 leaves.
      const allowed = 1e-3 * limit + 4e-6 * values[0]
      expect(error).toBeLessThanOrEqual(allowed)
      const difference = symmetricEigen(
        found.map((value, at) => value - expected[at]),
        columns,
      ).values
      expect(Math.max(difference[0], -difference[columns - 1])).toBeLessThan(2 * allowed)
      // Symmetric, no eigenvalue below 0 or above the limit but for rounding; the trace is the sum of lowered ones.
      const turned = found.map((_, at) => found[(at % columns) * columns + Math.floor(at / columns)])
      expect(found).toEqual(turned)
      const after = symmetricEigen(found, columns).values
      expect(after[0]).toBeLessThan(limit + 2 * allowed)
      expect(after[columns - 1]).toBeGreaterThan(-1e-6 * values[0])
      const trace = found.reduce((sum, value, at) => sum + (at % (columns + 1) === 0 ? value : 0), 0)
      const left = values.reduce((sum, value) => sum + Math.min(value, limit), 0)
      expect(Math.abs(trace - left)).toBeLessThan(1e-3 * left + 1e-6 * columns * values[0])
      // H − H' is positive semidefinite, so that no diagonal entry grows.
      for (const [j, h] of (await view.diagonalValues()).entries())
        expect(h).toBeLessThan(hessian[j * (columns + 1)] + 2 * allowed)
      // The same every time, and made once.
      expect(await source.clipped({ ...clip })).toBe(view)
      using again = uploadHessian(gpu, hessian, columns)
      expect(await (await again.clipped(clip)).matrix.read(gpu)).toEqual(found)
    })
  })

  test('asked for several, one after another or at once', async () => {
    await withGpu(async (gpu) => {
      using source = uploadHessian(gpu, hessian, columns)
      const views = await Promise.all(clips.map((clip) => source.clipped(clip)))
      for (const [i, view] of views.entries()) {
        const expected = clippedReference(hessian, columns, clips[i], eigen)
        const found = await view.matrix.read(gpu)
        const allowed = 2e-3 * (view.clipping?.limit ?? 0) + 8e-6 * eigen.values[0]
        expect(largestDifference(found, expected)).toBeLessThan(allowed)
      }
    })
  })
})

test('Jacobi and QL clip alike', () => {
  const { columns, hessian } = cases[0]
  const clip = { fraction: 0.1, threshold: 3 }
  const slow = clippedReference(hessian, columns, clip, jacobi(hessian, columns))
  clippedReference(hessian, columns, clip, symmetricEigen(hessian, columns)).forEach((value, at) =>
    expect(value).toBeCloseTo(slow[at], 10),
  )
})

test('where nothing is above the limit, the Hessian itself is seen', async () => {
  await withGpu(async (gpu) => {
    const unit = Float32Array.from({ length: 400 }, (_, at) => Number(at % 21 === 0))
    using flat = uploadHessian(gpu, unit, 20)
    using single = uploadHessian(gpu, Float32Array.of(3), 1)
    using nothing = uploadHessian(gpu, new Float32Array(400), 20)
    for (const hessian of [flat, single, nothing])
      for (const clip of [...clips, { fraction: 0, threshold: 0 }]) {
        if (hessian === flat && clip.threshold === 1) continue
        expect(await hessian.clipped(clip)).toBe(hessian)
      }
  })
})

test('a block wider than a workgroup: residuals fall to what float32 leaves', async () => {
  await withGpu(async (gpu, scope) => {
    const columns = 406
    const hessian = powerLaw(columns, 1, 6)
    const { values } = symmetricEigen(hessian, columns)
    const matrix = RowTiles.of(scope.upload('hessian', hessian), columns, columns)
    const head = await eigenHead(gpu, matrix, columns, 60, ({ residuals }) => residuals[20] < 2e-6 * values[0])
    for (let k = 0; k <= 20; k++) {
      expect(Math.abs(head.values[k] - values[k])).toBeLessThan(2e-6 * values[0])
      expect(head.residuals[k]).toBeLessThan(4e-6 * values[0])
    }
  })
})

test('more than can be found in reasonable time is refused', async () => {
  await withGpu(async (gpu) => {
    const columns = 2 * MOST_LOWERED + 2
    using hessian = uploadHessian(gpu, new Float32Array(columns * columns), columns)
    await expect(hessian.clipped({ fraction: 0.5, threshold: 0 })).rejects.toThrow(
      /would lower more than 512 of the 1026 eigenvalues/,
    )
  })
})

test('an infinite entry off the diagonal is refused', async () => {
  await withGpu(async (gpu) => {
    const matrix = Float32Array.from({ length: 3600 }, (_, at) => (at % 61 === 0 ? 1 : 0))
    matrix[7] = matrix[7 * 60] = Infinity
    using hessian = uploadHessian(gpu, matrix, 60)
    await expect(hessian.clipped({ fraction: 0.01, threshold: 0 })).rejects.toThrow(/60 columns is not finite/)
  })
})

test.each([
  { fraction: 0.05, threshold: 0 },
  { fraction: 0.5, threshold: 0 },
  { fraction: 0, threshold: 1.5 },
])('solvers see the clipped H, losses are those on the true one: %o', async (eigenClip) => {
  const problem = seededProblem({ rows: 20, columns: 48, seed: 9 })
  const recipes = [
    chain('gptq', { name: 'gptq' }),
    chain('greedy', { name: 'nearest' }, { name: 'greedy' }),
    chain('nearest', { name: 'nearest' }),
  ]
  await withGpu(async (gpu) => {
    const all = await solveAll(gpu, problem, { ...plainOptions, eigenClip }, recipes)
    const plain = await solveAll(gpu, problem, plainOptions, recipes)
    all.forEach(({ solution, recipe }, i) => {
      // A float32 product and sum.
      expect(solution.objective / objectiveOf(problem, solution)).toBeCloseTo(1, 5)
      // Rounding may send a row another way; rows are 20.
      const reference = solveReference(problem, recipe, { ...plainOptions, eigenClip })
      expect(Math.abs(solution.objective / reference.objective - 1), recipe.name).toBeLessThan(0.02)
      if (recipe.name === 'nearest') expect(solution.codes).toEqual(plain[i].solution.codes)
      else expect(solution.codes).not.toEqual(plain[i].solution.codes)
    })
  })
})

test('damped: a part of the mean diagonal on the diagonal, dead columns left alone', async () => {
  const { hessian } = seededProblem({ rows: 1, columns: 17, dead: [3] })
  await withGpu(async (gpu) => {
    using source = uploadHessian(gpu, Float32Array.from(hessian), 17)
    expect(await source.damped(0)).toBe(source)
    const view = await source.damped(0.5)
    expect(await source.damped(0.5)).toBe(view)
    const added = 0.5 * (await source.meanDiagonal())
    const expected = hessian.map((h, at) => (at % 18 === 0 && h > 0 ? h + added : h))
    expect(await view.matrix.read(gpu)).toEqual(Float32Array.from(expected))
    expect(await view.deadColumns()).toEqual([3])
  })
})
