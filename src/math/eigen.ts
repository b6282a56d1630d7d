// Eigenvalues and eigenvectors of symmetric matrices in float64: A = Σ_k λ_k v_k v_kᵀ, dense, row-major [n, n].
// `jacobi` is short and slow, the oracle; `symmetricEigen` takes about 9 n³ operations (Householder to tridiagonal
// form, then implicit QL: Bowdler, Martin, Reinsch & Wilkinson 1968, tred2 and tql2).

export interface Eigen {
  /** [n], descending. */
  values: Float64Array
  /** [n, n]: row k is the unit eigenvector of value k. */
  vectors: Float64Array
}

/** Cyclic Jacobi rotations until nothing off the diagonal is left. */
export function jacobi(matrix: ArrayLike<number>, n: number): Eigen {
  const A = Float64Array.from({ length: n * n }, (_, at) => matrix[at])
  const V = Float64Array.from({ length: n * n }, (_, at) => Number(at % (n + 1) === 0))
  const size = Math.sqrt(A.reduce((sum, a) => sum + a * a, 0))
  for (let rotated = true; rotated;) {
    rotated = false
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++) {
        const off = A[i * n + j]
        if (!(Math.abs(off) > 1e-15 * size)) continue
        rotated = true
        const theta = (A[j * n + j] - A[i * n + i]) / (2 * off)
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
        const cosine = 1 / Math.hypot(tangent, 1)
        const sine = tangent * cosine
        const rotate = (M: Float64Array, a: number, b: number) => {
          const [x, y] = [M[a], M[b]]
          M[a] = cosine * x - sine * y
          M[b] = sine * x + cosine * y
        }
        for (let k = 0; k < n; k++) rotate(A, k * n + i, k * n + j)
        for (let k = 0; k < n; k++) rotate(A, i * n + k, j * n + k)
        for (let k = 0; k < n; k++) rotate(V, i * n + k, j * n + k)
        A[i * n + j] = A[j * n + i] = 0
      }
  }
  const values = Float64Array.from({ length: n }, (_, k) => A[k * (n + 1)])
  return descending(values, V, n)
}

/** All eigenvalues and eigenvectors. */
export function symmetricEigen(matrix: ArrayLike<number>, n: number): Eigen {
  // Row j of V is column j of the accumulated transformation, so that every inner loop runs along a row.
  const V = Float64Array.from({ length: n * n }, (_, at) => matrix[at])
  const values = new Float64Array(n)
  const off = new Float64Array(n)
  tridiagonal(V, values, off, n)
  implicitQl(V, values, off, n)
  return descending(values, V, n)
}

/** Householder reflections from the last row on; V becomes their product, `d` and `e` the diagonal and what is beside. */
function tridiagonal(V: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) d[j] = V[j * n + n - 1]
  for (let i = n - 1; i > 0; i--) {
    let scale = 0
    let h = 0
    for (let k = 0; k < i; k++) scale += Math.abs(d[k])
    if (scale === 0) {
      e[i] = d[i - 1]
      for (let j = 0; j < i; j++) {
        d[j] = V[j * n + i - 1]
        V[j * n + i] = V[i * n + j] = 0
      }
    } else {
      for (let k = 0; k < i; k++) h += (d[k] /= scale) ** 2
      const f = d[i - 1]
      const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h)
      e[i] = scale * g
      h -= f * g
      d[i - 1] = f - g
      reflect(V, d, e, i, h, n)
    }
    d[i] = h
  }
  for (let i = 0; i < n - 1; i++) {
    V[i * n + n - 1] = V[i * (n + 1)]
    V[i * (n + 1)] = 1
    const h = d[i + 1]
    const next = (i + 1) * n
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = V[next + k] / h
      for (let j = 0; j <= i; j++) {
        let g = 0
        for (let k = 0; k <= i; k++) g += V[next + k] * V[j * n + k]
        for (let k = 0; k <= i; k++) V[j * n + k] -= g * d[k]
      }
    }
    for (let k = 0; k <= i; k++) V[next + k] = 0
  }
  for (let j = 0; j < n; j++) {
    d[j] = V[j * n + n - 1]
    V[j * n + n - 1] = 0
  }
  V[n * n - 1] = 1
  e[0] = 0
}

/** A ← (I − u uᵀ / h) A (I − u uᵀ / h) on the leading i × i part, u in `d`. */
function reflect(V: Float64Array, d: Float64Array, e: Float64Array, i: number, h: number, n: number): void {
  e.fill(0, 0, i)
  for (let j = 0; j < i; j++) {
    const f = d[j]
    V[i * n + j] = f
    let g = e[j] + V[j * (n + 1)] * f
    for (let k = j + 1; k < i; k++) {
      g += V[j * n + k] * d[k]
      e[k] += V[j * n + k] * f
    }
    e[j] = g
  }
  let sum = 0
  for (let j = 0; j < i; j++) sum += (e[j] /= h) * d[j]
  for (let j = 0; j < i; j++) e[j] -= (sum / (h + h)) * d[j]
  for (let j = 0; j < i; j++) {
    const [f, g] = [d[j], e[j]]
    for (let k = j; k < i; k++) V[j * n + k] -= f * e[k] + g * d[k]
    d[j] = V[j * n + i - 1]
    V[j * n + i] = 0
  }
}

/** Diagonalises the tridiagonal matrix of `d` and `e`; rows of V are turned along. */
function implicitQl(V: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  e.copyWithin(0, 1)
  e[n - 1] = 0
  let shift = 0
  let size = 0
  for (let l = 0; l < n; l++) {
    size = Math.max(size, Math.abs(d[l]) + Math.abs(e[l]))
    let m = l
    while (m < n - 1 && Math.abs(e[m]) > 2 ** -52 * size) m++
    if (m > l)
      do {
        const g = d[l]
        const p = (d[l + 1] - g) / (2 * e[l])
        const r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1)
        d[l] = e[l] / (p + r)
        d[l + 1] = e[l] * (p + r)
        const h = g - d[l]
        for (let i = l + 2; i < n; i++) d[i] -= h
        shift += h
        chase(V, d, e, l, m, n)
      } while (Math.abs(e[l]) > 2 ** -52 * size)
    d[l] += shift
    e[l] = 0
  }
}

/** One implicit QL step on rows l … m. */
function chase(V: Float64Array, d: Float64Array, e: Float64Array, l: number, m: number, n: number): void {
  const [first, beside] = [d[l + 1], e[l + 1]]
  let p = d[m]
  let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0]
  for (let i = m - 1; i >= l; i--) {
    ;[c3, c2, s2] = [c2, c, s]
    const g = c * e[i]
    const h = c * p
    const r = Math.hypot(p, e[i])
    e[i + 1] = s * r
    s = e[i] / r
    c = p / r
    p = c * d[i] - s * g
    d[i + 1] = h + s * (c * g + s * d[i])
    const [low, high] = [i * n, (i + 1) * n]
    for (let k = 0; k < n; k++) {
      const x = V[high + k]
      V[high + k] = s * V[low + k] + c * x
      V[low + k] = c * V[low + k] - s * x
    }
  }
  p = (-s * s2 * c3 * beside * e[l]) / first
  e[l] = s * p
  d[l] = c * p
}

function descending(values: Float64Array, rows: Float64Array, n: number): Eigen {
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a])
  const vectors = new Float64Array(n * n)
  order.forEach((from, to) => vectors.set(rows.subarray(from * n, (from + 1) * n), to * n))
  return { values: Float64Array.from(order, (k) => values[k]), vectors }
}
