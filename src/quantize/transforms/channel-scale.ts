// Channel scaling (AWQ, Lin et al. 2023, section 3.2): columns of loud inputs get finer levels by being scaled up before
// rounding. W' = W diag(s), H' = diag(1/s) H diag(1/s), Ŵ = Ŵ' diag(1/s); the layer's function is unchanged where
// nothing is rounded.
// s_j = a_j^ρ, at least 1e-4, divided by √(max s · min s); a_j is the loudness of input j relative to the mean. AWQ
// takes the mean of |x_j|; H holds the root mean square √H_jj, which is taken here. ρ is the one out of 0, 1/20, …
// 19/20 with the smallest loss tr(E H Eᵀ) of the nearest codes on the min-max grid of the plan's settings (AWQ: of the
// block's output), the smaller one on ties. Columns without inputs have s = 1.
// No bits are stored: 1/s goes into whatever made the inputs, a norm's weight or the rows of the layer before.
import type { Gpu } from '../../gpu/gpu.ts'
import { Scope } from '../../gpu/scope.ts'
import { matmul } from '../../kernels/matmul.ts'
import { nearest, reference as nearestReference } from '../../kernels/nearest.ts'
import { residual } from '../../kernels/residual.ts'
import { rowLoss } from '../../kernels/row-loss.ts'
import { scaleAxes } from '../../kernels/scale-axes.ts'
import { quadraticForm } from '../../math/linear.ts'
import { minmax } from '../grids/minmax.ts'
import { integer } from '../options.ts'
import { TENSOR, type GridSettings, type Problem, type ReferenceProblem } from '../problem.ts'
import { ofParts } from '../rows-together.ts'
import type { Transform } from '../stage.ts'
import { changed, type Change } from './change.ts'
import { unmixed } from './passes.ts'
import { columnsScaled, identityMatrix, referenceChange } from './reference-change.ts'

const options = { points: integer(20, 1, 100, 'Exponents tried, from 0 to just below 1') }

export const channelScale: Transform<typeof options> = {
  name: 'channel-scale',
  title: 'Channel scale',
  summary: 'Scales columns up by a power of their loudness before rounding and down again after it.',
  formula: "W' = W diag(s), H' = diag(1/s) H diag(1/s), s = (diag H)^{ρ/2}, ρ of the least loss after rounding",
  source: { text: 'Lin et al. 2023 (AWQ), section 3.2', url: 'https://arxiv.org/abs/2306.00978' },
  options,
  reference(problem, settings, { points }) {
    const { rows, columns, hessian } = problem
    const diagonal = Float64Array.from({ length: columns }, (_, j) => hessian[j * (columns + 1)])
    const candidates = candidatesOf(diagonal, points)
    const scales = candidates[least(candidates.map((one) => referenceLoss(problem, settings, one)))]
    return referenceChange(problem, { left: identityMatrix(rows), right: identityMatrix(columns), scales })
  },
  run: async (gpu, problem, settings, options) =>
    changed(gpu, problem, await changeOf(gpu, [problem], settings, options)),
  change: changeOf,
}

/** Of a layer whose rows come in parts: the losses of these add up. */
async function changeOf(
  gpu: Gpu,
  parts: readonly Problem[],
  settings: GridSettings,
  { points }: { points: number },
): Promise<Change> {
  const [{ columns, hessian }] = parts
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  const candidates = candidatesOf(await hessian.diagonalValues(), points)
  const meet = settings.group === TENSOR && parts.length > 1
  const own = await ofParts(parts, meet, (part) => losses(gpu, parts[part], settings, candidates))
  const all = candidates.map((_, k) => own.reduce((sum, part) => sum + part[k], 0))
  return { left: unmixed(rows), right: unmixed(columns), scales: candidates[least(all)], storedBits: 0 }
}

/** s for ρ = 0, 1 / points, …; float32. */
function candidatesOf(diagonal: ArrayLike<number>, points: number): Float32Array[] {
  const loudness = Array.from(diagonal, Math.sqrt)
  const mean = loudness.reduce((sum, a) => sum + a, 0) / loudness.length
  return Array.from({ length: points }, (_, k) => {
    const raw = loudness.map((a) => (a > 0 ? Math.max(1e-4, (a / mean) ** (k / points)) : undefined))
    let [low, high] = [Infinity, 0]
    for (const s of raw) if (s !== undefined) [low, high] = [Math.min(low, s), Math.max(high, s)]
    return Float32Array.from(raw, (s) => (s === undefined ? 1 : s / Math.sqrt(low * high)))
  })
}

/** The first of the smallest. */
const least = (values: readonly number[]) => values.indexOf(Math.min(...values))

function referenceLoss(problem: ReferenceProblem, settings: GridSettings, scales: Float32Array): number {
  const { rows, columns, weights, hessian } = problem
  const dense = columnsScaled({ rows, columns, values: weights }, (j) => scales[j])
  const scaled = { ...problem, weights: Float64Array.from(dense.values, Math.fround) }
  const levels = minmax.reference(scaled, settings, {})
  const codes = nearestReference(scaled.weights, levels.scales, levels.zeros, { rows, columns, ...levels })
  const errors = Float64Array.from(codes, (code, at) => {
    const level = Math.floor(at / columns) * levels.groups + Math.floor((at % columns) / levels.width)
    return (levels.scales[level] * (code - levels.zeros[level]) - scaled.weights[at]) / scales[at % columns]
  })
  return quadraticForm(errors, hessian, rows, columns)
}

/** tr(E H Eᵀ) of nearest codes on the min-max grid of W diag(s), for every s; read back together. */
async function losses(
  gpu: Gpu,
  problem: Problem,
  settings: GridSettings,
  candidates: readonly Float32Array[],
): Promise<number[]> {
  using scope = new Scope(gpu)
  const { rows, columns, weights, hessian } = problem
  const matrix = (label: string) => scope.buffer(label, 4 * rows * columns)
  const [scaled, codes, difference, errors] = ['scaled weights', 'codes', 'residual', 'errors'].map(matrix)
  const loss = scope.buffer('row losses', 4 * rows)
  const all = scope.buffer('losses', 4 * rows * candidates.length)
  const left = scope.upload('ones', new Float32Array(rows).fill(1))
  for (const [k, candidate] of candidates.entries()) {
    using right = gpu.upload('channel scales', candidate)
    using inverse = gpu.upload(
      'inverse channel scales',
      candidate.map((s) => 1 / s),
    )
    const batch = gpu.batch('channel scale')
    scaleAxes(batch, { x: weights, left, right, y: scaled }, { rows, columns })
    batch.flush()
    using levels = await minmax.run(gpu, { ...problem, weights: scaled }, settings, {})
    const { width, groups, bits, scales, zeros } = levels
    nearest(batch, { weights: scaled, scales, zeros, codes }, { rows, columns, width, groups, bits })
    residual(batch, { weights: scaled, codes, scales, zeros, residual: difference }, { rows, columns, width, groups })
    scaleAxes(batch, { x: difference, left, right: inverse, y: errors }, { rows, columns })
    // The residual is not needed any more: the product takes its place.
    matmul(batch, { x: errors, weights: hessian.matrix, y: difference }, { tokens: rows, rows: columns, columns })
    rowLoss(batch, { residual: errors, product: difference, loss }, { rows, columns })
    batch.copy(loss, 0, all, 4 * rows * k, 4 * rows)
    batch.flush()
  }
  const values = await gpu.readF32(all)
  return candidates.map((_, k) => values.subarray(rows * k, rows * (k + 1)).reduce((sum, one) => sum + one, 0))
}
