// Layers whose weights no single binding holds, solved in parts of rows, against the same layers without a limit: what
// goes over all rows, as transforms and one scale for the layer do, is the same to the bit.
import { describe, expect, test } from 'vitest'
import type { Gpu } from '../gpu/gpu.ts'
import { withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { gaussians } from '../test/numbers.ts'
import { seededProblem } from '../test/problems.ts'
import { chain, plainOptions } from '../test/solve.ts'
import { uploadHessian } from './hessian.ts'
import { partRows } from './part-rows.ts'
import { TENSOR, type GridSettings } from './problem.ts'
import { recipeNamed, type Recipe, type StageChoice } from './recipes.ts'
import { RowParts } from './row-parts.ts'
import { Meeting, ofParts } from './rows-together.ts'
import type { SolverOptions } from './solve.ts'

/** Holds 64 rows of the layer with all a solver keeps of them, and 64 columns of it; not the layer. */
const LIMIT = 88 * 1024

const problem = seededProblem({ rows: 288, columns: 97, dead: [70] })
const { rows, columns } = problem
const weights = Float32Array.from(problem.weights)
const shift = gaussians(rows * columns, 4).map((value) => 1e-3 * value)

interface Given {
  recipe: Recipe
  settings?: Partial<GridSettings>
  options?: Partial<SolverOptions>
  shifted?: boolean
}

async function solved(gpu: Gpu, { recipe, settings = {}, options = {}, shifted = false }: Given) {
  using hessian = uploadHessian(gpu, Float32Array.from(problem.hessian), columns)
  using heldOut = uploadHessian(gpu, Float32Array.from(seededProblem({ rows: 1, columns, seed: 2 }).hessian), columns)
  const layer = {
    ...{ layer: 'layer', rows, columns, hessian, heldOut },
    weights: (first: number, count: number) =>
      gpu.upload('weights', weights.subarray(first * columns, (first + count) * columns)),
    ...(shifted && {
      shift: (_weights: unknown, count: number, first: number) =>
        gpu.upload('shift', shift.subarray(first * columns, (first + count) * columns)),
    }),
  }
  const all = { ...plainOptions, ...options, settings: { ...plainOptions.settings, group: 32, ...settings } }
  // With a limit, that it is really several parts.
  if (gpu.adapter.maxBindingBytes === LIMIT) expect(partRows(gpu.adapter, layer, all.settings)).toBe(64)
  using parts = await RowParts.open(gpu, layer, all)
  const { result } = await drain(parts.solve(recipe))
  return result
}

async function same(given: Given): Promise<void> {
  const whole = await withGpu((gpu) => solved(gpu, given))
  const inParts = await withGpu((gpu) => solved(gpu, given), LIMIT)
  // Row losses are summed in float64, part by part.
  const { objective, relative, heldOut, effectiveBits, ...found } = inParts
  expect(found).toEqual({
    ...whole,
    objective: undefined,
    relative: undefined,
    heldOut: undefined,
    effectiveBits: undefined,
  })
  const pairs = [
    [objective, whole.objective],
    [relative, whole.relative],
    [heldOut!.objective, whole.heldOut!.objective],
    [heldOut!.relative, whole.heldOut!.relative],
  ]
  for (const [own, other] of pairs) expect(Math.abs(own / other - 1)).toBeLessThan(1e-12)
  expect(effectiveBits).toBe(whole.effectiveBits)
}

const nearest: StageChoice = { name: 'nearest' }
const greedy: StageChoice = { name: 'greedy' }
const cyclic: StageChoice = { name: 'cyclic' }
const after = (name: string, ...steps: StageChoice[]): Recipe => ({
  ...chain(name, ...steps),
  transform: { name },
})

describe('transforms', () => {
  test.each(['quip', 'quip+cdquant', 'framequant+cdquant', 'awq+cdquant'])('%s', (name) =>
    same({ recipe: recipeNamed(name) }),
  )

  test.each(['channel-scale', 'incoherence', 'frame'])('%s, with groups, for earlier errors', (name) =>
    same({ recipe: after(name, nearest, cyclic), shifted: true }),
  )

  test('chosen by one scale for the layer', () =>
    same({ recipe: after('channel-scale', nearest), settings: { group: TENSOR } }))

  test('another H for solvers', () =>
    same({ recipe: after('incoherence', nearest, greedy), options: { eigenClip: { fraction: 0.05, threshold: 0 } } }))
})

test('a layer that only its frame makes too large', async () => {
  // The moves of cyclic descent take 118,272 bytes.
  const limit = 115_000
  const [rows, columns] = [30, 384]
  const { weights, hessian } = seededProblem({ rows, columns })
  const options = { ...plainOptions, settings: { ...plainOptions.settings, group: 32 } }
  const solvedWith = (bindingLimit?: number) =>
    withGpu(async (gpu) => {
      expect(partRows(gpu.adapter, { rows, columns }, options.settings)).toBe(rows)
      using given = uploadHessian(gpu, Float32Array.from(hessian), columns)
      const upload = () => gpu.upload('weights', Float32Array.from(weights))
      using parts = await RowParts.open(
        gpu,
        { layer: 'layer', rows, columns, hessian: given, weights: upload },
        options,
      )
      const { result } = await drain(parts.solve(after('frame', nearest, cyclic)))
      return result
    }, bindingLimit)
  const [whole, inParts] = [await solvedWith(), await solvedWith(limit)]
  expect([inParts.rows, inParts.columns]).toEqual([33, 420])
  expect(inParts.codes).toEqual(whole.codes)
  expect(Math.abs(inParts.objective / whole.objective - 1)).toBeLessThan(1e-6)
})

describe('one scale for the layer', () => {
  test.each(['minmax', 'clip', 'clip-plain', 'clip-block', 'owc', 'rms', 'sigma'])('%s', (name) =>
    same({
      recipe: { ...chain(name, nearest, greedy), grid: { name } },
      settings: { group: TENSOR, scaleType: 'f16' },
    }),
  )

  test('of a grid that has no other', () => same({ recipe: { ...chain('rms', nearest), grid: { name: 'rms' } } }))

  test('where one part fails the others do not wait', async () => {
    await withGpu(async (gpu, scope) => {
      const { parts } = new Meeting(gpu, [3, 2])
      const own = scope.upload('values', Float32Array.of(1, 2, 3))
      const runs = ofParts([{ together: parts[0] }, { together: parts[1] }], true, async (part) => {
        if (part === 1) throw new Error('no levels')
        await parts[part].pool(own, 1, 'mean')
      })
      await expect(runs).rejects.toThrow('no levels')
      await expect(parts[0].pool(own, 1, 'mean')).rejects.toThrow('no levels')
    })
  })
})

describe('refits, which go on as long as the layer gains', () => {
  const refits = (zeros: string): StageChoice => ({ name: 'refit', options: { zeros, rounds: 4 } })

  test.each([
    ['real', TENSOR],
    ['integer', TENSOR],
    ['real', 32],
  ])('%s zeros, group %i', (zeros, group) =>
    same({ recipe: chain('refit', nearest, refits(zeros)), settings: { group } }),
  )
})

test('block descent', () => same({ recipe: chain('block', nearest, { name: 'block', options: { rounds: 0.5 } }) }))
