import { expect, test } from 'vitest'
import { roundHalfEven } from './round.ts'

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [-0.5, 0],
  [-1.5, -2],
  [-2.5, -2],
  [0.49999999999999994, 0],
  [2.3, 2],
  [-2.7, -3],
  [7, 7],
])('%f rounds to %i', (value, expected) => {
  expect(roundHalfEven(value) + 0).toBe(expected)
})
