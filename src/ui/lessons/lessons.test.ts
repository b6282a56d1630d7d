// The numbers of the lessons: from the product's references, and against what else is known about them.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nearestCode } from '../../math/round.ts'
import { recipeNamed } from '../../quantize/recipes.ts'
import { solveReference } from '../../quantize/reference.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { energyOf, levelsOf, lossOf, readProblem, rowOf } from './problem.ts'
import { hessianOf, solveTwo, startCorrelation, startWeights } from './two-weights.ts'
import { cyclicWalk, gains, gptqWalk, greedyWalk } from './walks.ts'

const file = join(import.meta.dirname, '../../../public/runs/lesson-problem.safetensors')
const problem = await readProblem(new Blob([await readFile(file)]))
const plan = {
  grid: { name: 'minmax' },
  settings: { bits: 3, group: 0, symmetric: false, scaleType: 'f16' as const },
  order: 'natural' as const,
  damp: 0.01,
  seed: 1,
  eigenClip: { fraction: 0, threshold: 0 },
}

test('two weights: the losses are written out by hand, and ordered as the lesson says', () => {
  const { nearest, gptq, descent, least } = solveTwo({ weights: startWeights, correlation: startCorrelation })
  const [a, c, , d] = hessianOf(startCorrelation)
  for (const { codes, loss } of [nearest, gptq, descent, least]) {
    const [x, y] = [codes[0] - startWeights[0], codes[1] - startWeights[1]]
    expect(loss).toBeCloseTo(a * x * x + 2 * c * x * y + d * y * y, 12)
  }
  expect(nearest.codes).toEqual([3, 5])
  expect(gptq.codes).toEqual([3, 4])
  expect(descent.path).toEqual([
    [3, 5],
    [2, 5],
  ])
  expect(least.codes).toEqual(descent.codes)
  expect(descent.loss).toBeLessThan(gptq.loss)
  expect(gptq.loss).toBeLessThan(nearest.loss)
})

test('two weights anywhere: descent never ends above the nearest, GPTQ rounds its target, nothing is below the least', () => {
  for (let i = 0; i < 400; i++) {
    const weights = [0.4 + ((i * 0.377) % 6), 0.6 + ((i * 0.713) % 5.8)] as const
    const correlation = -0.95 + ((i * 0.191) % 1.9)
    const { nearest, gptq, descent, least } = solveTwo({ weights, correlation })
    expect(descent.loss).toBeLessThanOrEqual(nearest.loss)
    for (const { loss } of [nearest, gptq, descent]) expect(loss).toBeGreaterThanOrEqual(least.loss)
    expect(gptq.codes[1]).toBe(nearestCode(gptq.target, 0, 7))
    if (Math.abs(correlation) < 0.02) expect(descent.loss).toBeCloseTo(nearest.loss, 2)
  }
})

test('the problem is the one of the file, and its references are those of the recipes', () => {
  expect([problem.rows, problem.columns, problem.tokens, problem.fewTokens]).toEqual([8, 128, 4096, 64])
  expect(problem.layer).toBe('model.layers.1.self_attn.o_proj')
  const levels = levelsOf(problem, { bits: 3 })
  const of = (name: string) => solveReference(problem, recipeNamed(name), plan)
  const rtn = nearest.reference(problem, levels, undefined, {}).codes
  expect(lossOf(problem, levels, rtn)).toBeCloseTo(of('rtn').objective, 12)
  expect(of('rtn').relative).toBeCloseTo(of('rtn').objective / energyOf(problem), 12)
  const whole = { gptq: of('gptq'), greedy: of('cdquant'), cyclic: of('cyclic') }
  for (let row = 0; row < problem.rows; row++) {
    const one = rowOf(problem, row)
    const own = levelsOf(one, { bits: 3 })
    const start = nearest.reference(one, own, undefined, {}).codes
    const codesOf = (codes: Uint8Array) => codes.slice(row * 128, (row + 1) * 128)
    expect(greedyWalk(one, own, start).at(-1)!.codes).toEqual(codesOf(whole.greedy.codes))
    expect(cyclicWalk(one, own, start).at(-1)!.codes).toEqual(codesOf(whole.cyclic.codes))
    expect(gptqWalk(one, own).codes).toEqual(codesOf(whole.gptq.codes))
  }
})

test('greedy descent takes the largest gain, and the loss falls by it', () => {
  const one = rowOf(problem, 2)
  const levels = levelsOf(one, { bits: 3 })
  const places = greedyWalk(one, levels, nearest.reference(one, levels, undefined, {}).codes)
  expect(places.length).toBeGreaterThan(4)
  places.slice(1).forEach(({ loss, column }, i) => {
    const all = gains(one, levels, places[i].codes)
    expect(all[column!]).toBe(Math.max(...all))
    expect((places[i].loss - loss) / all[column!]).toBeCloseTo(1, 9)
  })
  expect(Math.max(...gains(one, levels, places.at(-1)!.codes))).toBeLessThan(1e-9 * places[0].loss)
})

test('rounding what the targets of the one form of GPTQ ask for gives the codes of the other', () => {
  for (let row = 0; row < problem.rows; row++) {
    const one = rowOf(problem, row)
    const levels = levelsOf(one, { bits: 3 })
    const { codes, targets } = gptqWalk(one, levels)
    const wanted = targets(128)
    codes.forEach((code, t) => expect(code).toBe(nearestCode(wanted[t] / levels.scales[0], levels.zeros[0], 7)))
  }
})
