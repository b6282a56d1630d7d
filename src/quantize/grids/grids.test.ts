import { describe, expect, test } from 'vitest'
import { InputError } from '../../formats/errors.ts'
import { reference as nearestCodes } from '../../kernels/nearest.ts'
import { roundToHalf } from '../../math/half.ts'
import { random } from '../../math/random.ts'
import { withGpu } from '../../test/gpu.ts'
import { seededProblem } from '../../test/problems.ts'
import { chain, plainOptions, solveAll } from '../../test/solve.ts'
import { uploadHessian } from '../hessian.ts'
import { named, optionValues } from '../options.ts'
import { TENSOR, type GridSettings, type ReferenceLevels, type ReferenceProblem } from '../problem.ts'
import { referenceResidual } from '../reference.ts'
import { grids } from './index.ts'

type Given = Readonly<Record<string, number | string | boolean>>

/** Levels on the GPU, in ordinary memory. */
async function levelsOf(name: string, problem: ReferenceProblem, settings: GridSettings, given: Given = {}) {
  const grid = named('grid', grids, name)
  const options = optionValues(grid.options, given)
  const { rows, columns } = problem
  return withGpu(async (gpu) => {
    using weights = gpu.upload('weights', Float32Array.from(problem.weights))
    using hessian = uploadHessian(gpu, Float32Array.from(problem.hessian), columns)
    using levels = await grid.run(gpu, { rows, columns, weights, hessian }, settings, options)
    const { scales, zeros, width, groups, zeroType, bits, group, symmetric, scaleType } = levels
    return {
      ...{ width, groups, zeroType, bits, group, symmetric, scaleType },
      scales: Float64Array.from(await gpu.readF32(scales)),
      zeros: Float64Array.from(await gpu.readF32(zeros)),
    } satisfies ReferenceLevels
  })
}

/** Ŵ − W of the nearest codes. */
function residualOf(problem: ReferenceProblem, levels: ReferenceLevels): Float64Array {
  const { rows, columns, weights } = problem
  const codes = nearestCodes(weights, levels.scales, levels.zeros, { rows, columns, ...levels })
  return referenceResidual(problem, levels, codes)
}

/** Σ e_i H_ij e_j over pairs of columns that count together: [rows]. */
function rowErrors(problem: ReferenceProblem, levels: ReferenceLevels, weight: (i: number, j: number) => number) {
  const { rows, columns } = problem
  const residual = residualOf(problem, levels)
  return Array.from({ length: rows }, (_, row) => {
    const e = residual.subarray(row * columns, (row + 1) * columns)
    let sum = 0
    for (let i = 0; i < columns; i++) for (let j = 0; j < columns; j++) sum += e[i] * weight(i, j) * e[j]
    return sum
  })
}

/** What each of the searching grids makes small. */
const criteria: Record<string, (problem: ReferenceProblem, levels: ReferenceLevels) => number[]> = {
  'clip-plain': (problem, levels) => rowErrors(problem, levels, (i, j) => Number(i === j)),
  clip: (problem, levels) =>
    rowErrors(problem, levels, (i, j) => (i === j ? problem.hessian[i * (problem.columns + 1)] : 0)),
  'clip-block': (problem, levels) => {
    const size = levels.groups > 1 ? levels.width : 64
    return rowErrors(problem, levels, (i, j) =>
      Math.floor(i / size) === Math.floor(j / size) ? problem.hessian[i * problem.columns + j] : 0,
    )
  },
  owc: (problem, levels) => rowErrors(problem, levels, (i, j) => problem.hessian[i * problem.columns + j]),
}

const settings = (bits: number, group: number, symmetric: boolean, scaleType: 'f16' | 'f32'): GridSettings => ({
  ...{ bits, group, symmetric, scaleType },
})

const positive = seededProblem({ rows: 6, columns: 40, seed: 5 })
positive.weights = positive.weights.map(Math.abs)

const problems: [name: string, problem: ReferenceProblem, all: GridSettings[]][] = [
  [
    '20 × 70',
    seededProblem({ rows: 20, columns: 70 }),
    [settings(2, 0, false, 'f32'), settings(3, 16, true, 'f16'), settings(4, TENSOR, false, 'f16')],
  ],
  [
    '17 × 131, the last group shorter',
    seededProblem({ rows: 17, columns: 131, seed: 2 }),
    [settings(2, 64, false, 'f16'), settings(3, 0, true, 'f16'), settings(8, TENSOR, true, 'f32')],
  ],
  ['1 × 33', seededProblem({ rows: 1, columns: 33 }), [settings(2, 0, false, 'f32'), settings(3, 32, false, 'f16')]],
  ['70 × 1', seededProblem({ rows: 70, columns: 1 }), [settings(3, 0, false, 'f16'), settings(2, TENSOR, true, 'f16')]],
  [
    'dead columns and rows of zeros',
    seededProblem({ rows: 7, columns: 48, dead: [0, 17, 47], zeroRows: [0, 3, 6] }),
    [settings(3, 16, false, 'f16'), settings(2, TENSOR, false, 'f32'), settings(2, 0, true, 'f16')],
  ],
  ['only positive weights', positive, [settings(2, 0, false, 'f16'), settings(3, 24, true, 'f32')]],
  [
    'fewer tokens than columns',
    seededProblem({ rows: 8, columns: 64, tokens: 20 }),
    [settings(2, 0, false, 'f16'), settings(2, 32, false, 'f16')],
  ],
  [
    'nothing but zeros',
    { rows: 3, columns: 20, weights: new Float64Array(60), hessian: seededProblem({ rows: 1, columns: 20 }).hessian },
    [settings(3, 0, false, 'f16'), settings(3, TENSOR, true, 'f16')],
  ],
]

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe.each(problems)('%s', (_, problem, all) => {
  describe.each(all)('$bits bits, group $group, symmetric $symmetric, $scaleType', (asked) => {
    test.each(grids.map(({ name }) => name))('%s', async (name) => {
      const found: ReferenceLevels = await levelsOf(name, problem, asked)
      const grid = named('grid', grids, name)
      const reference = grid.reference(problem, asked, optionValues(grid.options))
      const { scales, zeros, groups, width, group, symmetric, zeroType } = found
      expect(scales.length).toBe(problem.rows * groups)
      expect(scales.every((scale) => scale > 0 && scale < Infinity)).toBe(true)
      if (asked.scaleType === 'f16') expect(scales).toEqual(scales.map(roundToHalf))
      if (zeroType === 'integer')
        expect(zeros.every((zero) => Number.isInteger(zero) && zero >= 0 && zero < 2 ** asked.bits)).toBe(true)
      if (group === TENSOR) expect([new Set(scales).size, new Set(zeros).size]).toEqual([1, 1])
      const { scales: expected, zeros: expectedZeros, ...rest } = reference
      expect({ bits: asked.bits, group, symmetric, scaleType: asked.scaleType, width, groups, zeroType }).toEqual(rest)
      if (name === 'minmax') expect(scales).toEqual(expected)
      if (name === 'minmax' || name in criteria) expect(zeros).toEqual(expectedZeros)
      if (name === 'rms' || name === 'sigma') {
        // Means and roots in float32; one step of a float16 where it decides the rounding.
        const step = asked.scaleType === 'f16' ? 2 ** -10 : 1e-6
        expect(Math.max(...scales.map((scale, at) => Math.abs(scale / expected[at] - 1)))).toBeLessThanOrEqual(step)
        expect(zeros).toEqual(expectedZeros)
      }
      const criterion = criteria[name]
      if (!criterion) return
      // Another factor only where float32 sums cannot tell the two apart.
      const [own, best] = [criterion(problem, found), criterion(problem, reference)]
      own.forEach((error, row) => expect(Math.abs(error - best[row])).toBeLessThanOrEqual(1e-5 * best[row] + 1e-14))
      // Never worse than where it starts: each row on its own, or the layer as a whole.
      const start = criterion(problem, named('grid', grids, 'minmax').reference(problem, asked, {}))
      if (group === TENSOR) expect(sum(own)).toBeLessThanOrEqual(sum(start) * (1 + 1e-6))
      else own.forEach((error, row) => expect(error).toBeLessThanOrEqual(start[row] * (1 + 1e-6) + 1e-15))
    })
  })
})

test.each(Object.keys(criteria))('%s finds the low end a heavy tail needs at 2 bits, when allowed', async (name) => {
  const columns = 512
  const { normal } = random(9)
  const { hessian } = seededProblem({ rows: 1, columns, tokens: 600, seed: 9 })
  const weights = Float64Array.from({ length: 2 * columns }, () => Math.fround(0.02 * normal()))
  // One weight 18 times as large as the others usually are has the range to itself. Its input is so quiet that clipping
  // it costs little.
  weights[5] = 0.36
  for (let j = 0; j < columns; j++) hessian[5 * columns + j] = hessian[j * columns + 5] = j === 5 ? 1e-2 : 0
  const problem = { rows: 2, columns, weights, hessian }
  const asked = settings(2, 0, false, 'f32')
  const full = await levelsOf('minmax', problem, asked)
  const at = async (lowest: number) => {
    const found = await levelsOf(name, problem, asked, { lowest })
    return { factor: found.scales[0] / full.scales[0], error: criteria[name](problem, found)[0] }
  }
  const [usual, low] = [await at(0.3), await at(0.04)]
  expect(usual.factor).toBeCloseTo(0.3, 5)
  expect(low.factor).toBeLessThan(0.28)
  expect(low.error).toBeLessThan(usual.error)
})

test('plain and diagonal clipping agree where all inputs are alike, and blocks of one column are the diagonal', async () => {
  const { rows, columns, weights } = seededProblem({ rows: 9, columns: 48 })
  const hessian = Float64Array.from({ length: columns ** 2 }, (_, at) => Number(at % (columns + 1) === 0))
  const problem = { rows, columns, weights, hessian }
  for (const group of [0, 16, TENSOR]) {
    const scales = []
    for (const name of Object.keys(criteria))
      scales.push((await levelsOf(name, problem, settings(3, group, false, 'f16'))).scales)
    for (const other of scales.slice(1)) expect(other).toEqual(scales[0])
  }
})

test('optimal clipping over groups: more sweeps never make it worse', async () => {
  const problem = seededProblem({ rows: 12, columns: 96, seed: 4 })
  let before = Infinity
  for (const sweeps of [1, 2, 3, 6, 20]) {
    const found = await levelsOf('owc', problem, settings(2, 16, false, 'f16'), { sweeps })
    const loss = sum(criteria.owc(problem, found))
    expect(loss).toBeLessThanOrEqual(before * (1 + 1e-6))
    before = loss
  }
})

test("rms gives the levels of QuIP's quantizer, and does not store its zero", async () => {
  const problem = seededProblem({ rows: 5, columns: 24 })
  const found = await levelsOf('rms', problem, settings(2, 8, false, 'f32'), { rho: 1.5 })
  const rms = Math.sqrt(problem.weights.reduce((total, w) => total + w * w, 0) / problem.weights.length)
  const levels = [0, 1, 2, 3].map((code) => (found.scales[0] * (code - found.zeros[0])) / (1.5 * rms))
  for (const [i, level] of levels.entries()) expect(level).toBeCloseTo([-1, -1 / 3, 1 / 3, 1][i], 6)
  expect(found).toMatchObject({ group: TENSOR, groups: 1, width: 24, zeroType: 'half' })
  const rows = await levelsOf('rms', problem, settings(2, 0, false, 'f32'), { per: 'group' })
  expect(new Set(rows.scales).size).toBe(5)
  await withGpu(async (gpu) => {
    const recipe = { ...chain('rms', { name: 'nearest' }), grid: { name: 'rms' } }
    const [{ solution }] = await solveAll(gpu, problem, plainOptions, [recipe])
    expect(solution.effectiveBits).toBeCloseTo(3 + 32 / 120, 12)
  })
})

test("sigma gives the levels of FrameQuant's quantizer where they hold 0", async () => {
  const problem = seededProblem({ rows: 4, columns: 60 })
  const found = await levelsOf('sigma', problem, settings(3, 0, false, 'f32'))
  for (let row = 0; row < 4; row++) {
    const own = [...problem.weights.subarray(60 * row, 60 * (row + 1))]
    const mean = sum(own) / 60
    const deviation = Math.sqrt(sum(own.map((w) => (w - mean) ** 2)) / 59)
    expect(found.scales[row] / ((2 * deviation) / 3.5)).toBeCloseTo(1, 6)
    expect(found.zeros[row]).toBe(Math.round((1 - mean / (2 * deviation)) * 3.5))
  }
})

test.each([
  [2, 1.7],
  [3, 2.2],
  [4, 2.6],
  [8, 4],
])('fitted to %i bits, rms and sigma end at %f deviations', async (bits, outermost) => {
  const problem = seededProblem({ rows: 4, columns: 60 })
  for (const [name, option] of [
    ['rms', 'rho'],
    ['sigma', 'sigmas'],
  ]) {
    const asked = settings(bits, 0, false, 'f32')
    const fitted = await levelsOf(name, problem, asked, { fit: true })
    const given = await levelsOf(name, problem, asked, { [option]: outermost })
    expect([fitted.scales, fitted.zeros]).toEqual([given.scales, given.zeros])
  }
})

test('options out of range and groups wider than a layer are refused', async () => {
  expect(() => optionValues(named('grid', grids, 'clip').options, { lowest: 0 })).toThrow(
    "option 'lowest' is 0; allowed: 0.02 to 1",
  )
  expect(() => optionValues(named('grid', grids, 'owc').options, { sweeps: 1.5 })).toThrow(/sweeps.*1 to 100/)
  await withGpu(async (gpu) => {
    const options = { ...plainOptions, grid: { name: 'owc' }, settings: settings(3, 64, false, 'f32') }
    const problem = seededProblem({ rows: 2, columns: 20 })
    await expect(solveAll(gpu, problem, options, [chain('n', { name: 'nearest' })])).rejects.toThrow(InputError)
  })
})
