// Refits against float64, on every kind of group, and what they leave alone.
import { describe, expect, test } from 'vitest'
import type { Gpu } from '../../gpu/gpu.ts'
import { Scope } from '../../gpu/scope.ts'
import { reference as nearestOf } from '../../kernels/nearest.ts'
import { roundToHalf } from '../../math/half.ts'
import { quadraticForm } from '../../math/linear.ts'
import { withGpu } from '../../test/gpu.ts'
import { seededProblem } from '../../test/problems.ts'
import { chain, plainOptions, solveAll } from '../../test/solve.ts'
import { uploadHessian } from '../hessian.ts'
import { Measure } from '../measure.ts'
import { optionValues } from '../options.ts'
import { groupsOf, TENSOR, type GridSettings, type ReferenceLevels, type ReferenceProblem } from '../problem.ts'
import { referenceResidual } from '../reference.ts'
import { refit } from './refit.ts'

/** Levels that span the weights of each group, or of all. */
function spanning({ rows, columns, weights }: ReferenceProblem, settings: GridSettings): ReferenceLevels {
  const { width, groups } = groupsOf(columns, settings.group)
  const top = 2 ** settings.bits - 1
  const levels = Array.from({ length: rows * groups }, (_, at) => {
    const [row, g] = [Math.floor(at / groups), at % groups]
    const own =
      settings.group === TENSOR
        ? weights
        : weights.subarray(row * columns + g * width, row * columns + Math.min(columns, (g + 1) * width))
    const most = own.reduce((max, w) => Math.max(max, Math.abs(w)), 0) || 1
    const scale = (2 * most) / top
    return settings.scaleType === 'f16' ? roundToHalf(scale) : Math.fround(scale)
  })
  const zeros = new Float64Array(rows * groups).fill(2 ** (settings.bits - 1))
  return { ...settings, width, groups, scales: Float64Array.from(levels), zeros, zeroType: 'integer' }
}

const objectiveOn = (problem: ReferenceProblem, levels: ReferenceLevels, codes: ArrayLike<number>) =>
  quadraticForm(referenceResidual(problem, levels, codes), problem.hessian, problem.rows, problem.columns)

/** The step alone, on nearest codes. */
async function refitOf(gpu: Gpu, problem: ReferenceProblem, start: ReferenceLevels, given: Record<string, unknown>) {
  const { rows, columns, weights } = problem
  const options = optionValues(refit.options, given)
  const codes = nearestOf(weights, start.scales, start.zeros, { rows, columns, ...start })
  using scope = new Scope(gpu)
  const hessian = scope.own(uploadHessian(gpu, Float32Array.from(problem.hessian), columns))
  const uploaded = { rows, columns, weights: scope.upload('weights', Float32Array.from(weights)), hessian }
  const measure = scope.own(new Measure(gpu, uploaded))
  const levels = {
    ...start,
    scales: scope.upload('scales', Float32Array.from(start.scales)),
    zeros: scope.upload('zeros', Float32Array.from(start.zeros)),
    [Symbol.dispose]: () => undefined,
  }
  const buffer = scope.upload('codes', Uint32Array.from(codes))
  const run = refit.run({ gpu, problem: uploaded, levels, codes: buffer, measure, truth: measure }, options)
  const curve: number[] = []
  let next = await run.next()
  for (; !next.done; next = await run.next()) curve.push(...next.value.map(({ objective }) => objective))
  if (next.value.levels) scope.own(next.value.levels)
  const now = next.value.levels ?? levels
  const found: ReferenceLevels = {
    ...start,
    zeroType: now.zeroType,
    scales: Float64Array.from(await gpu.readF32(now.scales, 0, rows * start.groups)),
    zeros: Float64Array.from(await gpu.readF32(now.zeros, 0, rows * start.groups)),
  }
  const expected = refit.reference(problem, start, codes, options)
  const after = Uint8Array.from(await gpu.readU32(buffer))
  return {
    result: next.value,
    curve,
    found,
    codes: after,
    before: objectiveOn(problem, start, codes),
    objective: objectiveOn(problem, found, after),
    measured: await measure.objective(buffer, now),
    expected: objectiveOn(problem, expected.levels!, expected.codes),
  }
}

const settings = (bits: number, group: number, scaleType: 'f16' | 'f32'): GridSettings => ({
  bits,
  group,
  symmetric: true,
  scaleType,
})

describe.each([
  ['per row', { rows: 24, columns: 48 }, 0],
  ['groups of 16, the last one shorter', { rows: 17, columns: 43 }, 16],
  ['groups of 5', { rows: 9, columns: 66, dead: [0, 17, 65], zeroRows: [0, 4] }, 5],
  ['one scale for the layer', { rows: 20, columns: 37 }, TENSOR],
  ['one row', { rows: 1, columns: 31 }, 0],
  ['one column', { rows: 70, columns: 1 }, 0],
  ['fewer tokens than columns', { rows: 12, columns: 64, tokens: 24 }, 16],
])('%s', (_, shape, group) => {
  const problem = seededProblem(shape)
  test.each([
    ['real', 'f32', 3],
    ['real', 'f16', 3],
    ['integer', 'f32', 2],
    ['integer', 'f16', 4],
  ] as const)('zeros %s, scales %s', async (zeros, scaleType, bits) => {
    const start = spanning(problem, settings(bits, group, scaleType))
    await withGpu(async (gpu) => {
      const { found, before, objective, measured, expected, curve, result } = await refitOf(gpu, problem, start, {
        zeros,
      })
      expect(objective).toBeLessThanOrEqual(before)
      const energy = quadraticForm(problem.weights, problem.hessian, problem.rows, problem.columns)
      // Rounding to float16 in another order of the unknowns, or one unknown more or less that depends on others.
      expect(objective).toBeLessThanOrEqual(
        expected + (scaleType === 'f16' ? 1e-2 : 1e-3) * (before - expected) + 1e-9 * energy,
      )
      expect(Math.abs(measured - objective)).toBeLessThan(1e-5 * objective + 1e-9 * energy)
      expect(curve[0]).toBeGreaterThanOrEqual(curve.at(-1)!)
      expect([...found.scales].every((scale) => scale > 0 && scale < Infinity)).toBe(true)
      expect([...found.zeros].every(Number.isFinite)).toBe(true)
      if (scaleType === 'f16') expect([...found.scales]).toEqual([...found.scales].map(roundToHalf))
      if (zeros === 'integer') expect(found.zeros).toEqual(start.zeros)
      expect(found.zeroType).toBe(zeros === 'real' && result.levels ? 'real' : 'integer')
      if (group === TENSOR) expect(new Set([...found.scales, ...found.zeros]).size).toBeLessThanOrEqual(2)
      expect(result.note).toMatch(zeros === 'real' ? 'scales and real zeros' : 'scales only, zeros kept whole')
    })
  })
})

test('a second refit of the same codes finds nothing more', async () => {
  const problem = seededProblem({ rows: 8, columns: 40 })
  await withGpu(async (gpu) => {
    for (const scaleType of ['f16', 'f32'] as const)
      for (const zeros of ['integer', 'real']) {
        const step = { name: 'refit', options: { zeros } }
        const chains = [[step], [step, step]].map((steps) => chain('refits', { name: 'nearest' }, ...steps))
        const options = { ...plainOptions, settings: settings(3, 8, scaleType) }
        const [once, twice] = await solveAll(gpu, problem, options, chains)
        const ratio = twice.solution.objective / once.solution.objective
        expect(ratio).toBeLessThanOrEqual(1)
        // Offsets rounded to float16 have a neighbour that is as good or a little better.
        expect(ratio).toBeGreaterThan(scaleType === 'f16' ? 0.999 : 1 - 1e-6)
      }
  })
})

test('rows that nothing can improve keep their levels, and are counted', async () => {
  const { hessian, ...rest } = seededProblem({ rows: 6, columns: 20, zeroRows: [1, 3] })
  await withGpu(async (gpu) => {
    const given = settings(3, 10, 'f16')
    const problem = { ...rest, hessian }
    const { result, found } = await refitOf(gpu, problem, spanning(problem, given), {})
    expect(result.note).toBe('refit: scales and real zeros; 2 of 6 rows kept their levels, as no others are better')
    expect([...found.zeros.slice(2, 4), ...found.zeros.slice(6, 8)]).toEqual([4, 4, 4, 4])
    const never = { ...rest, hessian: new Float64Array(400) }
    const none = await refitOf(gpu, never, spanning(never, given), {})
    expect(none.result).toEqual({
      moves: 0,
      note: 'refit: scales and real zeros; 6 of 6 rows kept their levels, as no others are better',
    })
  })
})

test('a row whose codes are all the same moves to where its weights are', async () => {
  const columns = 12
  const weights = new Float64Array(columns).fill(0).map((_, j) => Math.fround(0.3 + 0.001 * j))
  const hessian = new Float64Array(columns * columns)
  for (let j = 0; j < columns; j++) hessian[j * (columns + 1)] = 1
  const problem = { rows: 1, columns, weights, hessian }
  const start = { ...spanning(problem, settings(2, 0, 'f32')), scales: Float64Array.of(0.25) }
  await withGpu(async (gpu) => {
    const { objective, found } = await refitOf(gpu, problem, start, {})
    // The offset is free: what is left is the spread of the weights about their mean.
    const mean = weights.reduce((sum, w) => sum + w, 0) / columns
    const spread = weights.reduce((sum, w) => sum + (w - mean) ** 2, 0)
    expect(objective / spread).toBeCloseTo(1, 5)
    expect(found.scales[0]).toBe(0.25)
  })
})

test('alternated with descent it falls from round to round, and ends where it no longer pays', async () => {
  const problem = seededProblem({ rows: 24, columns: 64, seed: 4 })
  for (const group of [0, 16]) {
    const options = { ...plainOptions, settings: settings(3, group, 'f16') }
    const gptq = { name: 'gptq', options: { order: 'activation' } }
    const greedy = { name: 'greedy' }
    const rounds = (count: number) => ({ name: 'refit', options: { rounds: count } })
    await withGpu(async (gpu) => {
      const solved = await solveAll(gpu, problem, options, [
        chain('greedy', gptq, greedy),
        chain('refit', gptq, greedy, { name: 'refit' }),
        chain('refit, greedy', gptq, greedy, { name: 'refit' }, greedy),
        chain('rounds', gptq, greedy, rounds(100)),
        chain('scales', gptq, greedy, { name: 'refit', options: { zeros: 'integer' } }),
      ])
      const [start, once, again, many, scales] = solved.map(({ solution }) => solution)
      expect(once.objective).toBeLessThan(start.objective)
      expect(again.objective).toBeLessThan(once.objective)
      expect(many.objective).toBeLessThan(again.objective)
      expect(scales.objective).toBeLessThan(start.objective)
      expect(scales.objective).toBeGreaterThan(once.objective)
      // Rows, or groups, of their own level: a fall that greedy alone cannot reach.
      expect(many.objective / start.objective).toBeLessThan(group === 0 ? 0.95 : 0.85)
      expect(scales.levels.zeroType).toBe('integer')
      expect(once.levels.zeroType).toBe('real')
      expect(again.moves).toBeGreaterThan(once.moves)
      const { points } = solved[3]
      const own = points.slice(points.findLastIndex(({ moves }) => moves === 0))
      for (const [i, point] of own.entries())
        if (i > 0) expect(point.objective).toBeLessThan(own[i - 1].objective * (1 + 1e-6))
    })
  }
})

test('a layer of several tiles and submits, with the same levels', async () => {
  const problem = seededProblem({ rows: 40, columns: 100 })
  await withGpu(async (gpu) => {
    const start = spanning(problem, settings(3, 20, 'f16'))
    const whole = await refitOf(gpu, problem, start, {})
    const { workPerSubmit } = gpu
    gpu.workPerSubmit = 1e4
    try {
      const pieces = await refitOf(gpu, problem, start, {})
      expect(pieces.found).toEqual(whole.found)
    } finally {
      gpu.workPerSubmit = workPerSubmit
    }
  })
})
