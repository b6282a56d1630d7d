import { expect, test } from 'vitest'
import { eigenvalueHeights, healthWords } from './health.ts'

const health = {
  columns: 8,
  eigenvalues: [4, 0.4, 0.01],
  smallest: 0.001,
  meanDiagonal: 1,
  deadColumns: 0,
  damping: [0.01],
  condition: 364.5,
}

test('a healthy Hessian has facts and no worries', () => {
  expect(healthWords(health, 32)).toEqual({
    facts: ['condition 360', 'damping 0.01', '32 tokens per column', 'largest eigenvalue 50\u202f% of all'],
    worries: [],
  })
})

test('what is wrong is said with its numbers', () => {
  const { worries } = healthWords({ ...health, damping: [0.01, 0.02], deadColumns: 1 }, 1.5)
  expect(worries).toEqual([
    'H was not positive definite: damping 0.01 and 0.02 tried, the last one worked.',
    '1 column of 8 never saw an input.',
    'Fewer than 4 tokens per column: held-out losses may be far higher.',
  ])
})

test('heights run from the damping to the largest eigenvalue, on a log axis', () => {
  const heights = eigenvalueHeights(health)
  expect(heights[0]).toBe(1)
  expect(heights[1]).toBeCloseTo(Math.log(40) / Math.log(400), 12)
  expect(heights[2]).toBe(0)
  expect(eigenvalueHeights({ ...health, eigenvalues: [0, 0], meanDiagonal: 0 })).toEqual([0, 0])
})
