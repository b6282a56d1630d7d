import { describe, expect, test } from 'vitest'
import { hadamard, harmonicFrame, hartley } from './hadamard.ts'

/** max |AᵀA − I| of A [rows, columns]. */
function distanceFromIdentity(matrix: Float64Array, rows: number, columns: number): number {
  let worst = 0
  for (let i = 0; i < columns; i++)
    for (let j = 0; j < columns; j++) {
      let sum = i === j ? -1 : 0
      for (let k = 0; k < rows; k++) sum += matrix[k * columns + i] * matrix[k * columns + j]
      worst = Math.max(worst, Math.abs(sum))
    }
  return worst
}

describe('hadamard', () => {
  test.each([1, 2, 4, 8, 12, 20, 24, 28, 36, 40, 44, 48, 60, 64, 76, 108, 140, 148])('order %i', (order) => {
    const matrix = hadamard(order)!
    expect([...matrix].every((entry) => Math.abs(entry) === 1)).toBe(true)
    const scaled = matrix.map((entry) => entry / Math.sqrt(order))
    expect(distanceFromIdentity(scaled, order, order)).toBeLessThan(1e-13)
  })

  test('orders without a construction', () => {
    for (const order of [3, 5, 6, 9, 10, 43, 52, 86, 92, 116, 156, 172])
      expect(hadamard(order), `${order}`).toBe(undefined)
  })
})

test.each([1, 2, 3, 5, 12, 15, 17, 43, 257])('hartley of order %i is orthogonal, symmetric and flat', (order) => {
  const matrix = hartley(order)
  expect(distanceFromIdentity(matrix, order, order)).toBeLessThan(1e-11)
  const flattest = Math.max(...matrix.map(Math.abs))
  expect(flattest).toBeLessThanOrEqual(Math.sqrt(2 / order) + 1e-12)
  for (let i = 0; i < order; i++) for (let j = 0; j < i; j++) expect(matrix[i * order + j]).toBe(matrix[j * order + i])
})

test.each([
  [1, 1],
  [2, 1],
  [2, 2],
  [5, 5],
  [9, 8],
  [8, 8],
  [35, 32],
  [47, 43],
  [13, 12],
  [14, 12],
  [141, 128],
])('harmonic frame of %i vectors in %i dimensions: tight, rows of one length', (vectors, dimension) => {
  const matrix = harmonicFrame(vectors, dimension)
  expect(distanceFromIdentity(matrix, vectors, dimension)).toBeLessThan(1e-12)
  for (let i = 0; i < vectors; i++) {
    const row = matrix.subarray(i * dimension, (i + 1) * dimension)
    expect(row.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(dimension / vectors, 12)
  }
})

test('too few vectors are refused', () => {
  expect(() => harmonicFrame(7, 8)).toThrow('a frame of 8 dimensions needs as many vectors, not 7')
})
