// Tight fusion frames (FrameQuant, Adepu et al. 2024, section 3): rows and columns are written in more coefficients
// than they have entries. The way back removes a part of the errors of the rows; the columns give rounding more ways
// to the same weights.
// W' = P W Qᵀ, H' = Q H Qᵀ, Ŵ = Pᵀ Ŵ' Q; P [rows', rows] and Q [columns', columns] with PᵀP = I and QᵀQ = I.
// Each is (B ⊗ I_l) V: V a seeded randomized Hadamard transform, as in the paper, and k subspaces of dimension l in n =
// q l dimensions, subspace i spanned by row i of B [k, q] ⊗ I_l. B is a real harmonic frame, BᵀB = I with rows of one
// length: the paper's construction (columns of l × n modulated by powers of a root of unity) where l divides n, in
// cosines and sines; every coefficient has q entries of B instead of n. q is the smallest divisor of n with which k = q
// · redundancy, rounded, comes within 0.01 of the redundancy asked for, or the nearest. (The paper has q = 8, where 1.1
// becomes 9/8.)
// Both sides grow, so a layer costs redundancy² times the bits; the codes' size tells. H' is singular where the frame
// is redundant: gptq needs its damping, descent does not. Stored: a bit for every sign.
import type { Gpu } from '../../gpu/gpu.ts'
import { harmonicFrame } from '../../math/hadamard.ts'
import { random, type Random } from '../../math/random.ts'
import { integer, real } from '../options.ts'
import type { Transform } from '../stage.ts'
import { changed, type Change } from './change.ts'
import { checkHadamard, hadamardMatrix, randomizedHadamard } from './hadamard.ts'
import type { Mixing, Size } from './passes.ts'
import { multiplied, referenceChange, type Dense } from './reference-change.ts'

const options = {
  redundancy: real(1.1, 1, 1.2, 'Coefficients per row and per column'),
  seed: integer(1, 0, 2 ** 31 - 1, 'Seed of the signs'),
}

export const frame: Transform<typeof options> = {
  name: 'frame',
  title: 'Fusion frame',
  summary: 'Writes rows and columns in slightly more coefficients than they have, which evens rounding errors out.',
  formula: "W' = P W Qᵀ, H' = Q H Qᵀ, Ŵ = Pᵀ Ŵ' Q, PᵀP = I, QᵀQ = I",
  source: { text: 'Adepu et al. 2024 (FrameQuant), section 3', url: 'https://arxiv.org/abs/2403.06082' },
  options,
  reference(problem, _settings, { redundancy, seed }) {
    const { rows, columns } = problem
    const source = random(seed)
    const [right, left] = [columns, rows].map((size) => denseFrame(size, redundancy, source))
    return referenceChange(problem, { left, right, scales: new Float64Array(columns).fill(1) })
  },
  run: async (gpu, problem, _settings, options) => changed(gpu, problem, changeOf(gpu, problem, options)),
  size({ rows, columns }, { redundancy }) {
    const coefficients = (size: number) => {
      const { k, l } = subspaces(size, redundancy)
      return k * l
    }
    return { rows: coefficients(rows), columns: coefficients(columns) }
  },
  async change(gpu, parts, _settings, options) {
    const rows = parts.reduce((sum, part) => sum + part.rows, 0)
    return changeOf(gpu, { rows, columns: parts[0].columns }, options)
  },
}

function changeOf(
  gpu: Gpu,
  { rows, columns }: Size,
  { redundancy, seed }: { redundancy: number; seed: number },
): Change {
  for (const size of [rows, columns]) checkHadamard(gpu.adapter, size)
  const source = random(seed)
  const [right, left] = [columns, rows].map((size) => frameOf(size, redundancy, source))
  return { left, right, scales: new Float64Array(columns).fill(1), storedBits: rows + columns }
}

/** k and q of a size, and l = size / q. */
export function subspaces(size: number, redundancy: number): { k: number; q: number; l: number } {
  let best = { k: 1, q: 1, l: size }
  const distance = ({ k, q }: { k: number; q: number }) => Math.abs(k / q - redundancy)
  for (let q = 1; q <= size && distance(best) > 0.01; q++) {
    const candidate = { k: Math.round(q * redundancy), q, l: size / q }
    if (size % q === 0 && distance(candidate) < distance(best)) best = candidate
  }
  return best
}

function frameOf(size: number, redundancy: number, source: Random): Mixing {
  const { k, q, l } = subspaces(size, redundancy)
  const mixing = randomizedHadamard(size, source)
  if (k === 1) return mixing
  const factor = { outer: 1, inputs: q, outputs: k, inner: l, matrix: harmonicFrame(k, q) }
  return { ...mixing, outputs: k * l, factors: [...mixing.factors, factor] }
}

/** (B ⊗ I_l) V, entry by entry. */
function denseFrame(size: number, redundancy: number, source: Random): Dense {
  const { k, q, l } = subspaces(size, redundancy)
  const vectors = harmonicFrame(k, q)
  const values = Float64Array.from({ length: k * l * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size]
    return i % l === j % l ? vectors[Math.floor(i / l) * q + Math.floor(j / l)] : 0
  })
  return multiplied({ rows: k * l, columns: size, values }, hadamardMatrix(randomizedHadamard(size, source)))
}
