import { expect, test } from 'vitest'
import { largestDifference } from './compare.ts'
import { choleskyUpper, gramMatrix, invert, quadraticForm } from './linear.ts'
import { random } from './random.ts'

const n = 12
const { normal } = random(1)
const X = Float64Array.from({ length: 30 * n }, normal)
const H = gramMatrix(X, 30, n)

test('a Gram matrix is the mean of outer products', () => {
  const plain = Float64Array.from({ length: n * n }, (_, at) => {
    let sum = 0
    for (let t = 0; t < 30; t++) sum += X[t * n + Math.floor(at / n)] * X[t * n + (at % n)]
    return sum / 30
  })
  expect(largestDifference(H, plain)).toBeLessThan(1e-14)
})

test('RᵀR gives the matrix back, and its inverse undoes it', () => {
  const R = choleskyUpper(H, n)!
  const inverse = invert(H, n)!
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let square = 0
      let unit = 0
      for (let k = 0; k < n; k++) {
        square += R[k * n + i] * R[k * n + j]
        unit += H[i * n + k] * inverse[k * n + j]
      }
      expect(square).toBeCloseTo(H[i * n + j], 12)
      expect(unit).toBeCloseTo(i === j ? 1 : 0, 10)
    }
})

test('what is not positive definite has no factor', () => {
  expect(choleskyUpper([1, 2, 2, 1], 2)).toBeUndefined()
  expect(choleskyUpper([NaN], 1)).toBeUndefined()
  expect(invert([0], 1)).toBeUndefined()
})

test('a quadratic form is the mean squared output', () => {
  const E = Float64Array.from({ length: 2 * n }, normal)
  let squares = 0
  for (let t = 0; t < 30; t++)
    for (let row = 0; row < 2; row++) {
      let y = 0
      for (let j = 0; j < n; j++) y += E[row * n + j] * X[t * n + j]
      squares += y * y
    }
  expect(quadraticForm(E, H, 2, n)).toBeCloseTo(squares / 30, 10)
})
