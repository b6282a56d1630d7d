import { describe, expect, test } from 'vitest'
import { jacobi, symmetricEigen } from './eigen.ts'
import { gramMatrix } from './linear.ts'
import { random } from './random.ts'

const { normal } = random(5)
const gram = (n: number, tokens: number) => gramMatrix(Float64Array.from({ length: tokens * n }, normal), tokens, n)
const diagonal = (values: number[]) => values.flatMap((value, i) => values.map((_, j) => (i === j ? value : 0)))

const cases: [string, number, ArrayLike<number>][] = [
  ['one number', 1, [3]],
  ['nothing', 4, new Float64Array(16)],
  ['a diagonal, some equal', 5, diagonal([2, -1, 2, 0, 7])],
  ['two numbers', 2, [1, 2, 2, 1]],
  ['17 columns', 17, gram(17, 40)],
  ['60 columns of rank 9', 60, gram(60, 9)],
  [
    '40 columns over twelve orders of magnitude',
    40,
    gram(40, 90).map((h, at) => h * 10 ** -((Math.floor(at / 40) + (at % 40)) / 6.5)),
  ],
]

describe.each([
  ['jacobi', jacobi],
  ['symmetricEigen', symmetricEigen],
])('%s', (_, eigen) => {
  test.each(cases)('%s', (_name, n, matrix) => {
    const { values, vectors } = eigen(matrix, n)
    const size = Math.max(1e-300, ...Array.from(matrix, Math.abs))
    for (let k = 0; k < n; k++) {
      if (k > 0) expect(values[k]).toBeLessThanOrEqual(values[k - 1])
      for (let i = 0; i < n; i++) {
        // A v = λ v and VVᵀ = I to rounding: float64, sums of up to 60 terms.
        let product = 0
        let inner = 0
        for (let j = 0; j < n; j++) {
          product += matrix[i * n + j] * vectors[k * n + j]
          inner += vectors[i * n + j] * vectors[k * n + j]
        }
        expect(Math.abs(product - values[k] * vectors[k * n + i])).toBeLessThan(1e-13 * n * size)
        expect(Math.abs(inner - Number(i === k))).toBeLessThan(1e-13 * n)
      }
    }
  })
})

test('both give the same values', () => {
  const matrix = gram(70, 100)
  const [slow, fast] = [jacobi(matrix, 70).values, symmetricEigen(matrix, 70).values]
  for (let k = 0; k < 70; k++) expect(Math.abs(fast[k] - slow[k])).toBeLessThan(1e-13 * slow[0])
})
