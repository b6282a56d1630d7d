// Linear algebra in float64 for references: dense, row-major, square [n, n].

/** Upper R with A = RᵀR of a symmetric A; undefined where A is not positive definite. */
export function choleskyUpper(matrix: ArrayLike<number>, n: number): Float64Array | undefined {
  const R = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    let pivot = matrix[i * n + i]
    for (let k = 0; k < i; k++) pivot -= R[k * n + i] ** 2
    if (!(pivot > 0)) return undefined
    R[i * n + i] = Math.sqrt(pivot)
    for (let j = i + 1; j < n; j++) {
      let sum = matrix[i * n + j]
      for (let k = 0; k < i; k++) sum -= R[k * n + i] * R[k * n + j]
      R[i * n + j] = sum / R[i * n + i]
    }
  }
  return R
}

/** R⁻¹ of an upper R with no zero on its diagonal, by back substitution. */
export function invertUpper(R: ArrayLike<number>, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  for (let j = 0; j < n; j++)
    for (let i = j; i >= 0; i--) {
      let sum = i === j ? 1 : 0
      for (let k = i + 1; k <= j; k++) sum -= R[i * n + k] * inverse[k * n + j]
      inverse[i * n + j] = sum / R[i * n + i]
    }
  return inverse
}

/** A⁻¹ of a symmetric positive definite A by its Cholesky factor; undefined where A is not. */
export function invert(matrix: ArrayLike<number>, n: number): Float64Array | undefined {
  const R = choleskyUpper(matrix, n)
  if (!R) return undefined
  // A⁻¹ = R⁻¹ R⁻ᵀ.
  const inverse = invertUpper(R, n)
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) {
      let sum = 0
      for (let k = j; k < n; k++) sum += inverse[i * n + k] * inverse[j * n + k]
      result[i * n + j] = result[j * n + i] = sum
    }
  return result
}

/** tr(E H Eᵀ) = Σ over rows of e H eᵀ; E [rows, n], H [n, n] symmetric. */
export function quadraticForm(E: ArrayLike<number>, H: ArrayLike<number>, rows: number, n: number): number {
  let total = 0
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < n; i++) {
      const e = E[row * n + i]
      if (e === 0) continue
      let sum = 0
      for (let j = 0; j < n; j++) sum += H[i * n + j] * E[row * n + j]
      total += e * sum
    }
  return total
}

/** XᵀX / tokens of X [tokens, columns]. */
export function gramMatrix(X: ArrayLike<number>, tokens: number, columns: number): Float64Array {
  const H = new Float64Array(columns * columns)
  for (let t = 0; t < tokens; t++)
    for (let i = 0; i < columns; i++) {
      const x = X[t * columns + i]
      if (x !== 0) for (let j = i; j < columns; j++) H[i * columns + j] += x * X[t * columns + j]
    }
  for (let i = 0; i < columns; i++) for (let j = i; j < columns; j++) H[j * columns + i] = H[i * columns + j] /= tokens
  return H
}
