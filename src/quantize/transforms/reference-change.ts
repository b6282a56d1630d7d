// The change of basis in float64, with dense matrices: the oracle of change.ts.
import type { ReferenceProblem } from '../problem.ts'

/** [rows, columns], row-major. */
export interface Dense {
  rows: number
  columns: number
  values: ArrayLike<number>
}

export function identityMatrix(size: number): Dense {
  const values = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0))
  return { rows: size, columns: size, values }
}

export function transposedMatrix({ rows, columns, values }: Dense): Dense {
  const turned = Float64Array.from(values, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)])
  return { rows: columns, columns: rows, values: turned }
}

export function multiplied(a: Dense, b: Dense): Dense {
  const values = new Float64Array(a.rows * b.columns)
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.columns; k++) {
      const factor = a.values[i * a.columns + k]
      if (factor !== 0)
        for (let j = 0; j < b.columns; j++) values[i * b.columns + j] += factor * b.values[k * b.columns + j]
    }
  return { rows: a.rows, columns: b.columns, values }
}

/** X diag(t) */
export function columnsScaled({ rows, columns, values }: Dense, t: (j: number) => number): Dense {
  return { rows, columns, values: Float64Array.from(values, (value, at) => value * t(at % columns)) }
}

/**
 * W' = L W diag(t) Rᵀ, H' = R diag(1/t) H diag(1/t) Rᵀ, Ŵ = Lᵀ Ŵ' R diag(1/t). Columns that are only rounding beside
 * the mean diagonal of H' hold zeros, as in `changed`.
 */
export function referenceChange(
  { rows, columns, weights, hessian }: ReferenceProblem,
  { left, right, scales }: { left: Dense; right: Dense; scales: ArrayLike<number> },
): { problem: ReferenceProblem; restore(weights: Float64Array): Float64Array } {
  const [t, inverse] = [(j: number) => scales[j], (j: number) => 1 / scales[j]]
  const back = transposedMatrix(right)
  const W = columnsScaled({ rows, columns, values: weights }, t)
  const half = multiplied(columnsScaled(right, inverse), { rows: columns, columns, values: hessian })
  const H = multiplied(columnsScaled(half, inverse), back)
  const diagonal = Array.from({ length: H.rows }, (_, j) => H.values[j * (H.columns + 1)])
  const mean = diagonal.reduce((sum, h) => sum + h, 0) / H.rows
  const alive = diagonal.map((h) => Number(h > 1e-6 * mean))
  return {
    problem: {
      rows: left.rows,
      columns: right.rows,
      weights: multiplied(multiplied(left, W), back).values as Float64Array,
      hessian: Float64Array.from(H.values, (h, at) => h * alive[at % H.columns] * alive[Math.floor(at / H.columns)]),
    },
    restore(solved) {
      const inside = multiplied(transposedMatrix(left), { rows: left.rows, columns: right.rows, values: solved })
      return columnsScaled(multiplied(inside, right), inverse).values as Float64Array
    },
  }
}
