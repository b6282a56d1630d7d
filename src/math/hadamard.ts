// Matrices that spread a vector over all its coordinates, row-major, in float64.
// Hadamard: entries ±1, A Aᵀ = order · I; Sylvester's doubling and Paley's two constructions (1933), which need a prime.
// Hartley: cos + sin of 2π i j / order, orthogonal for every order. Harmonic frame: columns of a real Fourier basis.

/** Entries ±1 with A Aᵀ = order · I; undefined where neither doubling nor a Paley construction with a prime gives one. */
export function hadamard(order: number): Float64Array | undefined {
  if (order === 1) return Float64Array.of(1)
  if (order % 4 === 0 && order & (order - 1)) {
    if (prime(order - 1)) return paley(order - 1, 1)
    if (order % 8 === 4 && prime(order / 2 - 1)) return paley(order / 2 - 1, 2)
  }
  const half = order % 2 === 0 ? hadamard(order / 2) : undefined
  return half && product(Float64Array.of(1, 1, 1, -1), 2, half, order / 2)
}

/** Orthogonal and symmetric: A[i, j] = (cos 2πij/order + sin 2πij/order) / √order; no entry exceeds √(2 / order). */
export function hartley(order: number): Float64Array {
  return Float64Array.from({ length: order * order }, (_, at) => {
    const angle = (2 * Math.PI * ((Math.floor(at / order) * (at % order)) % order)) / order
    return (Math.cos(angle) + Math.sin(angle)) / Math.sqrt(order)
  })
}

/**
 * A tight frame A [vectors, dimension], AᵀA = I, all rows of the same length √(dimension / vectors): constant (for an
 * odd dimension, or a full basis), pairs of cosine and sine, and the alternating column of a full basis of even order.
 * @throws RangeError when there are fewer vectors than dimensions.
 */
export function harmonicFrame(vectors: number, dimension: number): Float64Array {
  if (vectors < dimension)
    throw new RangeError(`a frame of ${dimension} dimensions needs as many vectors, not ${vectors}`)
  const full = vectors === dimension && vectors % 2 === 0
  const constant = full || dimension % 2 === 1 ? 1 : 0
  return Float64Array.from({ length: vectors * dimension }, (_, at) => {
    const [i, column] = [Math.floor(at / dimension), (at % dimension) - constant]
    if (column < 0) return 1 / Math.sqrt(vectors)
    if (full && column === dimension - 2) return (i % 2 ? -1 : 1) / Math.sqrt(vectors)
    const frequency = (column >> 1) + 1
    const angle = (2 * Math.PI * ((i * frequency) % vectors)) / vectors
    return Math.sqrt(2 / vectors) * (column % 2 ? Math.sin(angle) : Math.cos(angle))
  })
}

/** Kronecker product of square matrices of orders m and n. */
function product(A: Float64Array, m: number, B: Float64Array, n: number): Float64Array {
  const order = m * n
  return Float64Array.from({ length: order * order }, (_, at) => {
    const [i, j] = [Math.floor(at / order), at % order]
    return A[Math.floor(i / n) * m + Math.floor(j / n)] * B[(i % n) * n + (j % n)]
  })
}

/** From the quadratic residues of a prime q: order q + 1 (kind 1, q ≡ 3 mod 4) or 2 (q + 1) (kind 2, q ≡ 1 mod 4). */
function paley(q: number, kind: 1 | 2): Float64Array {
  const squares = new Set(Array.from({ length: q }, (_, x) => (x * x) % q))
  const order = q + 1
  const conference = Float64Array.from({ length: order * order }, (_, at) => {
    const [i, j] = [Math.floor(at / order), at % order]
    if (i === j) return 0
    if (i === 0) return 1
    if (j === 0) return kind === 1 ? -1 : 1
    return squares.has((i - j + q) % q) ? 1 : -1
  })
  const identity = Float64Array.from({ length: order * order }, (_, at) => (at % (order + 1) === 0 ? 1 : 0))
  if (kind === 1) return conference.map((value, at) => value + identity[at])
  const [first, second] = [Float64Array.of(1, 1, 1, -1), Float64Array.of(1, -1, -1, -1)]
  const rest = product(identity, order, second, 2)
  return product(conference, order, first, 2).map((value, at) => value + rest[at])
}

function prime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return n > 1
}
