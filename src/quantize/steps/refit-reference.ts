// The refit in float64: every row's design matrix A against H, as the least squares read.
import { reference as gradientOf } from '../../kernels/refit-gradient.ts'
import { reference as normalOf } from '../../kernels/refit-normal.ts'
import { reference as solve } from '../../kernels/refit-solve.ts'
import { TENSOR, type ReferenceLevels, type ReferenceProblem } from '../problem.ts'

/** New levels for these codes; rows (all of them where they share one scale) that would not gain keep theirs. */
export function referenceRefit(
  { rows, columns, weights, hessian }: ReferenceProblem,
  levels: ReferenceLevels,
  codes: ArrayLike<number>,
  offsets: boolean,
): ReferenceLevels & { changed: boolean[] } {
  const { width, groups, scaleType } = levels
  const scales = Float64Array.from(levels.scales)
  const zeros = Float64Array.from(levels.zeros)
  const systems = Array.from({ length: rows }, (_, row) => {
    const level = (j: number) => row * groups + Math.floor(j / width)
    const basis = Array.from({ length: columns }, (_, j) => codes[row * columns + j] - zeros[level(j)])
    const error = basis.map((a, j) => scales[level(j)] * a - weights[row * columns + j])
    const gradient = error.map((_, j) => error.reduce((sum, e, i) => sum + e * hessian[i * columns + j], 0))
    const shape = { columns, width, groups, offsets }
    return { N: normalOf(basis, hessian, shape), b: gradientOf(gradient, basis, shape) }
  })
  const parts =
    levels.group === TENSOR
      ? [systems.reduce((sum, one) => ({ N: sum.N.map((n, k) => n + one.N[k]), b: sum.b.map((b, k) => b + one.b[k]) }))]
      : systems
  const found = parts.map(({ N, b }, row) => {
    const own = (values: Float64Array) => values.subarray(row * groups, (row + 1) * groups)
    return solve(N, b, { scales: own(levels.scales), zeros: own(levels.zeros) }, { offsets, scaleType })
  })
  for (let row = 0; row < rows; row++) {
    const one = found[levels.group === TENSOR ? 0 : row]
    scales.set(one.scales, row * groups)
    // Zeros are stored as float32.
    zeros.set(one.zeros.map(Math.fround), row * groups)
  }
  const changed = Array.from({ length: rows }, (_, row) => found[levels.group === TENSOR ? 0 : row].changed)
  return { ...levels, scales, zeros, zeroType: offsets ? 'real' : levels.zeroType, changed }
}
