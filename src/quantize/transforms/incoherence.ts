// Incoherence processing (QuIP, Chee et al. 2023, section 4; with the Hadamard transform of QuIP#): weights and Hessian
// are mixed until no entry stands out, so that one scale suits all of them.
// W' = U W diag(t) Vᵀ, H' = V diag(1/t) H diag(1/t) Vᵀ, U and V seeded randomized Hadamard transforms of the rows and
// the columns. t_j = (H_jj / Σ_i W_ij²)^¼, both relative to their mean, as float16 between 1/10 and 10 (QuIP: at least
// 1/100): a column without inputs gets 1/10, one without weights 10, one without either 1.
// QuIP adds 0.01 · mean diag H to H before this; here damping is left to the step that needs it (gptq's `damp`), so
// that losses stay those of H.
// Stored beside the codes: a bit for every sign, and t.
import type { Gpu } from '../../gpu/gpu.ts'
import { columnPower, reference as powerReference } from '../../kernels/column-power.ts'
import { roundToHalf } from '../../math/half.ts'
import { random } from '../../math/random.ts'
import { flag, integer } from '../options.ts'
import type { Problem } from '../problem.ts'
import type { Transform } from '../stage.ts'
import { changed, type Change } from './change.ts'
import { checkHadamard, hadamardMatrix, randomizedHadamard } from './hadamard.ts'
import { referenceChange } from './reference-change.ts'

const options = {
  rescale: flag(true, 'Balance the columns of W and H first'),
  seed: integer(1, 0, 2 ** 31 - 1, 'Seed of the signs'),
}

export const incoherence: Transform<typeof options> = {
  name: 'incoherence',
  title: 'Incoherence',
  summary: 'Mixes rows and columns by randomized Hadamard transforms, so that no weight and no input stands out.',
  formula: "W' = U W diag(t) Vᵀ, H' = V diag(1/t) H diag(1/t) Vᵀ, t = (diag H / diag WᵀW)^¼",
  source: {
    text: 'Chee et al. 2023 (QuIP), section 4; Tseng et al. 2024 (QuIP#), section 3',
    url: 'https://arxiv.org/abs/2402.04396',
  },
  options,
  reference(problem, _settings, { rescale, seed }) {
    const { rows, columns, weights, hessian } = problem
    const { left, right } = mixings(rows, columns, seed)
    const diagonal = Float64Array.from({ length: columns }, (_, j) => hessian[j * (columns + 1)])
    const scales = rescale ? balance(diagonal, powerReference(weights, columns)) : ones(columns)
    return referenceChange(problem, { left: hadamardMatrix(left), right: hadamardMatrix(right), scales })
  },
  run: async (gpu, problem, _settings, options) => changed(gpu, problem, await changeOf(gpu, [problem], options)),
  change: (gpu, parts, _settings, options) => changeOf(gpu, parts, options),
}

/** Of a layer whose rows come in parts. */
async function changeOf(
  gpu: Gpu,
  parts: readonly Problem[],
  { rescale, seed }: { rescale: boolean; seed: number },
): Promise<Change> {
  const [{ columns, hessian }] = parts
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  for (const size of [rows, columns]) checkHadamard(gpu.adapter, size)
  const scales = rescale ? balance(await hessian.diagonalValues(), await columnPowers(gpu, parts)) : ones(columns)
  return { ...mixings(rows, columns, seed), scales, storedBits: rows + columns + (rescale ? 16 * columns : 0) }
}

/** Signs of the columns first, then those of the rows. */
function mixings(rows: number, columns: number, seed: number) {
  const source = random(seed)
  const right = randomizedHadamard(columns, source)
  return { left: randomizedHadamard(rows, source), right }
}

const ones = (count: number) => new Float64Array(count).fill(1)

/** t of diag H and diag WᵀW. */
function balance(diagonal: ArrayLike<number>, powers: ArrayLike<number>): Float64Array {
  const relative = (values: ArrayLike<number>) => {
    const mean = Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
    return Array.from(values, (value) => (mean > 0 ? value / mean : 0))
  }
  const power = relative(powers)
  return Float64Array.from(relative(diagonal), (h, j) =>
    h === 0 && power[j] === 0 ? 1 : roundToHalf(Math.min(10, Math.max(0.1, (h / power[j]) ** 0.25))),
  )
}

/** diag WᵀW of all parts. */
async function columnPowers(gpu: Gpu, parts: readonly Problem[]): Promise<Float64Array> {
  const sums = new Float64Array(parts[0].columns)
  for (const { rows, columns, weights } of parts) {
    using power = gpu.buffer('column powers', 4 * columns)
    const batch = gpu.batch('column powers')
    columnPower(batch, { x: weights, power }, { rows, columns })
    batch.flush()
    const values = await gpu.readF32(power)
    values.forEach((value, j) => (sums[j] += value))
  }
  return sums
}
