import { describe, expect, test } from 'vitest'
import { symmetricEigen } from '../math/eigen.ts'
import { withGpu } from '../test/gpu.ts'
import { seededProblem } from '../test/problems.ts'
import { createHessian, uploadHessian, type KnownFactors } from './hessian.ts'

describe.each([
  { name: '48 columns', options: { rows: 1, columns: 48 } },
  { name: '33 columns with dead ones', options: { rows: 1, columns: 33, dead: [0, 17, 30] } },
  { name: '64 columns of 24 tokens', options: { rows: 1, columns: 64, tokens: 24 } },
  { name: '130 columns', options: { rows: 1, columns: 130, seed: 4 } },
  { name: '1 column', options: { rows: 1, columns: 1 } },
  { name: '17 columns', options: { rows: 1, columns: 17, seed: 8 } },
])('$name', ({ options }) => {
  const { columns } = options
  const dead = options.dead ?? []
  const hessian = Float32Array.from(seededProblem(options).hessian)
  const { values } = symmetricEigen(hessian, columns)
  const live = values.slice(0, columns - dead.length)
  const mean = values.reduce((sum, value) => sum + value, 0) / columns

  test.each([0.01, 0.3])('damping %d, against float64', async (damp) => {
    await withGpu(async (gpu) => {
      using source = uploadHessian(gpu, hessian, columns)
      const health = await source.health(damp)
      expect(health).toMatchObject({ columns, deadColumns: dead.length, damping: [damp] })
      expect(health.meanDiagonal / mean).toBeCloseTo(1, 6)
      const { eigenvalues } = health
      expect(eigenvalues).toHaveLength(Math.min(16, columns))
      eigenvalues.forEach((value, k) => {
        // From below, but for rounding; the first half of a block of 24 has converged where the rest still turns.
        expect(value).toBeLessThan(values[k] * (1 + 1e-5) + 1e-6 * values[0])
        expect(value).toBeGreaterThan(values[k] * (k < 8 ? 0.99 : 0.93) - 1e-6 * values[0])
      })
      // Inverse iteration stops within a few parts in a hundred, from above.
      const smallest = Math.max(0, live[live.length - 1])
      const delta = damp * mean
      expect(health.smallest + delta).toBeGreaterThan((smallest + delta) * 0.99)
      expect(health.smallest + delta).toBeLessThan((smallest + delta) * 1.15)
      expect(health.condition / ((values[0] + delta) / (smallest + delta))).toBeGreaterThan(0.85)
      expect(health.condition / ((values[0] + delta) / (smallest + delta))).toBeLessThan(1.01)
      expect(await source.health(damp)).toEqual(health)
    })
  })

  test('with the factor of a GPTQ that ran, in another order, or kept from before', async () => {
    await withGpu(async (gpu) => {
      const known: KnownFactors = new Map()
      using source = createHessian(gpu, gpu.upload('hessian', hessian), columns, known)
      await source.factor('activation', 0.01)
      const health = await source.health(0.01)
      await source.remember()
      expect([...known.keys()]).toEqual(['activation 0.01'])
      expect(await source.health(0.01)).toEqual(health)
      using again = uploadHessian(gpu, hessian, columns)
      const natural = await again.health(0.01)
      expect(Math.abs(natural.condition / health.condition - 1)).toBeLessThan(0.15)
    })
  })
})

test('a Hessian of nothing is as healthy as it gets', async () => {
  await withGpu(async (gpu) => {
    using source = uploadHessian(gpu, new Float32Array(400), 20)
    const health = await source.health(0.01)
    expect(health).toEqual({
      columns: 20,
      eigenvalues: new Array<number>(16).fill(0),
      smallest: 0,
      meanDiagonal: 0,
      deadColumns: 20,
      damping: [0.01],
      condition: 1,
    })
  })
})

test('a damping that had to be raised is told with every one that was tried', async () => {
  // Two equal inputs, but for an error that makes H indefinite: an eigenvalue of −0.02.
  const matrix = Float32Array.of(1, 1.02, 0, 1.02, 1, 0, 0, 0, 1)
  await withGpu(async (gpu) => {
    using source = uploadHessian(gpu, matrix, 3)
    const { damping, condition, smallest } = await source.health(0.01)
    expect(damping).toEqual([0.01, 0.02, 0.03])
    // Eigenvalues 2.02 and −0.02, both raised by 0.03.
    expect(condition / (2.05 / 0.01)).toBeCloseTo(1, 3)
    expect(smallest).toBeCloseTo(-0.02, 5)
  })
})
