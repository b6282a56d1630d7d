// Block descent: its partitions, pair moves against brute force, GPU against reference, and what holds on any problem.
import { describe, expect, test } from 'vitest'
import { quadraticForm } from '../../math/linear.ts'
import { random } from '../../math/random.ts'
import { withGpu } from '../../test/gpu.ts'
import { seededProblem, type ProblemOptions } from '../../test/problems.ts'
import { chain, objectiveOf, plainOptions, solveAll } from '../../test/solve.ts'
import { TENSOR } from '../problem.ts'
import { solveReference } from '../reference.ts'
import { solutionCodes } from '../solution.ts'
import type { SolverOptions } from '../solve.ts'
import { bestPair } from './block-reference.ts'
import { steps } from './index.ts'

const nearest = { name: 'nearest' }
const greedy = { name: 'greedy' }
const gptq = { name: 'gptq', options: { order: 'activation' } }
const block = (options: Record<string, number | string> = {}) => ({ name: 'block', options })

const optionsOf = (bits: number, group: number, symmetric = false): SolverOptions => ({
  ...plainOptions,
  settings: { bits, group, symmetric, scaleType: 'f32' },
})

test.each([2, 3, 4])('the best pair of 2^bits trials is that of all 4^bits, %i bits', (bits) => {
  const { uniform, normal, integer } = random(bits)
  const top = 2 ** bits - 1
  let moved = 0
  for (let trial = 0; trial < 500; trial++) {
    const h = [Math.exp(normal()), Math.exp(2 * normal())] as const
    const scale = [0.01 + uniform(), 0.01 + uniform()] as const
    const coupling = (2 * uniform() - 1) * Math.sqrt(h[0] * h[1])
    const code = [integer(top + 1), integer(top + 1)] as const
    const G = [normal() * h[0] * scale[0], normal() * h[1] * scale[1]] as const
    const { gain, levels } = bestPair({ G, h, coupling, scale, code, top })
    const changeOf = (r: number, q: number) => {
      const [d, e] = [scale[0] * r, scale[1] * q]
      return d * d * h[0] + 2 * d * G[0] + e * e * h[1] + 2 * e * G[1] + 2 * d * e * coupling
    }
    let best = 0
    for (let a = 0; a <= top; a++)
      for (let b = 0; b <= top; b++) best = Math.min(best, changeOf(a - code[0], b - code[1]))
    expect(gain).toBeCloseTo(best, 9)
    expect(changeOf(...levels)).toBeCloseTo(gain, 9)
    moved += Number(levels[0] !== 0 && levels[1] !== 0)
  }
  expect(moved).toBeGreaterThan(50)
})

interface Case {
  name: string
  problem: ProblemOptions
  options: SolverOptions
}

const cases: Case[] = [
  { name: '24 × 48, 3 bits', problem: { rows: 24, columns: 48 }, options: optionsOf(3, 0) },
  {
    name: '33 × 47, 2 bits, groups of 16',
    problem: { rows: 33, columns: 47, seed: 2 },
    options: optionsOf(2, 16, true),
  },
  { name: '10 × 40, 4 bits, one group', problem: { rows: 10, columns: 40, seed: 3 }, options: optionsOf(4, TENSOR) },
  {
    name: '9 × 66, dead columns and zero rows',
    problem: { rows: 9, columns: 66, dead: [0, 17, 65], zeroRows: [0, 4], seed: 4 },
    options: optionsOf(3, 64),
  },
  { name: '12 × 64 from 24 tokens', problem: { rows: 12, columns: 64, tokens: 24, seed: 5 }, options: optionsOf(2, 0) },
  { name: '6 × 36, 8 bits', problem: { rows: 6, columns: 36, seed: 6 }, options: optionsOf(8, 0) },
  { name: '1 × 31', problem: { rows: 1, columns: 31, seed: 7 }, options: optionsOf(3, 0) },
  { name: '70 × 1', problem: { rows: 70, columns: 1, seed: 8 }, options: optionsOf(3, 0) },
  { name: '5 × 2', problem: { rows: 5, columns: 2, seed: 9 }, options: optionsOf(2, 0) },
]

const recipes = [
  chain('greedy', nearest, greedy),
  chain('block', nearest, greedy, block()),
  chain('independent', nearest, greedy, block({ draw: 'independent' })),
  chain('straight', nearest, block()),
  chain('gptq+greedy', gptq, greedy),
  chain('gptq+block', gptq, greedy, block()),
]

test.each(cases)('$name: below greedy descent, near its reference, the same in both shapes', async (one) => {
  const problem = seededProblem(one.problem)
  const energy = quadraticForm(problem.weights, problem.hessian, problem.rows, problem.columns)
  await withGpu(async (gpu) => {
    const before = gpu.shapes.get('descent')
    const objectives: Record<string, number>[] = []
    for (const shape of ['thread', 'workgroup']) {
      gpu.shapes.set('descent', shape)
      const all = await solveAll(gpu, problem, one.options, recipes)
      objectives.push(Object.fromEntries(all.map(({ recipe, solution }) => [recipe.name, solution.objective])))
      for (const { recipe, solution, points, curves } of all) {
        const exact = objectiveOf(problem, solution)
        // The product E·H and its sum in float32.
        expect(Math.abs(solution.objective - exact), recipe.name).toBeLessThan(1e-5 * exact + 1e-12 * energy)
        expect(points[0].moves).toBe(0)
        expect(points.at(-1)!.moves).toBe(solution.moves)
        for (const { points } of curves)
          points.forEach((point, i) => {
            if (i === 0) return
            expect(point.objective, recipe.name).toBeLessThan(points[i - 1].objective)
            expect(point.moves, recipe.name).toBeGreaterThan(points[i - 1].moves)
          })
      }
    }
    if (before) gpu.shapes.set('descent', before)
    else gpu.shapes.delete('descent')
    const [thread, workgroup] = objectives
    const at = (name: string) => thread[name]
    // A descent never raises what it starts from; objectives are summed in float32.
    expect(at('block')).toBeLessThanOrEqual(at('greedy') * (1 + 1e-6))
    expect(at('independent')).toBeLessThanOrEqual(at('greedy') * (1 + 1e-6))
    expect(at('gptq+block')).toBeLessThanOrEqual(at('gptq+greedy') * (1 + 1e-6))
    for (const recipe of recipes) {
      const reference = solveReference(problem, recipe, one.options).objective
      // Rounding may send a row another way, to another minimum about as good; these rows are few.
      expect(Math.abs(at(recipe.name) - reference), recipe.name).toBeLessThan(0.02 * reference + 1e-12 * energy)
      expect(Math.abs(workgroup[recipe.name] - at(recipe.name)), recipe.name).toBeLessThan(
        0.02 * reference + 1e-12 * energy,
      )
    }
  })
})

test('rows at a minimum of all their pairs stay there; a round of a tournament proves it', async () => {
  const problem = seededProblem({ rows: 8, columns: 20, seed: 11 })
  const { rows, columns, weights, hessian: H } = problem
  await withGpu(async (gpu) => {
    const long = block({ rounds: 20, patience: 1 })
    const [{ solution }, again] = await solveAll(gpu, problem, optionsOf(2, 0), [
      chain('long', nearest, long),
      chain('again', nearest, long, block({ rounds: 3, seed: 77, draw: 'independent' })),
    ])
    const codes = solutionCodes(solution)
    expect([...solutionCodes(again.solution)]).toEqual([...codes])
    const { scales, zeros } = solution.levels
    let best = 0
    for (let row = 0; row < rows; row++) {
      const [s, z] = [scales[row], zeros[row]]
      const own = codes.subarray(row * columns, (row + 1) * columns)
      const e = Array.from(own, (code, j) => s * (code - z) - weights[row * columns + j])
      const G = e.map((_, j) => e.reduce((sum, x, i) => sum + x * H[i * columns + j], 0))
      const loss = e.reduce((sum, x, j) => sum + x * G[j], 0)
      for (let i = 0; i < columns; i++)
        for (let j = 0; j < i; j++)
          for (let a = 0; a < 4; a++)
            for (let b = 0; b < 4; b++) {
              const [d, f] = [s * (a - own[i]), s * (b - own[j])]
              const change =
                d * d * H[i * columns + i] +
                f * f * H[j * columns + j] +
                2 * (d * G[i] + f * G[j] + d * f * H[i * columns + j])
              best = Math.max(best, -change / loss)
            }
    }
    // A move must gain 1e-6 of the weights h s² of what it moves.
    expect(best).toBeLessThan(1e-5)
  })
})

describe('limits', () => {
  test('no partitions: what greedy descent makes of the codes', async () => {
    const problem = seededProblem({ rows: 10, columns: 30, seed: 12 })
    await withGpu(async (gpu) => {
      const [plain, none] = await solveAll(gpu, problem, plainOptions, [
        chain('greedy', nearest, greedy),
        chain('none', nearest, block({ rounds: 0 })),
      ])
      expect(none.solution.codes).toEqual(plain.solution.codes)
      expect(none.solution.moves).toBe(plain.solution.moves)
    })
  })

  test('a seed of its own, another result; the same seed, the same', async () => {
    const problem = seededProblem({ rows: 40, columns: 48, seed: 13 })
    await withGpu(async (gpu) => {
      const seeds = [1, 1, 2]
      const all = await solveAll(
        gpu,
        problem,
        optionsOf(2, 0),
        seeds.map((seed) => chain('block', nearest, greedy, block({ seed }))),
      )
      const [first, same, other] = all.map(({ solution }) => solution)
      expect(same).toEqual(first)
      expect(other.codes).not.toEqual(first.codes)
      const planned = await solveAll(gpu, problem, { ...optionsOf(2, 0), seed: 2 }, [
        chain('block', nearest, greedy, block()),
      ])
      expect(planned[0].solution).toEqual(other)
    })
  })

  test('in many short pieces, the same codes', async () => {
    const problem = seededProblem({ rows: 20, columns: 37, seed: 14 })
    const recipe = chain('block', nearest, greedy, block({ rounds: 2.5, patience: 0.4 }))
    await withGpu(async (gpu) => {
      const usual = gpu.workPerSubmit
      const [whole] = await solveAll(gpu, problem, optionsOf(2, 16), [recipe])
      gpu.workPerSubmit = 30_000
      const [pieces] = await solveAll(gpu, problem, optionsOf(2, 16), [recipe])
      gpu.workPerSubmit = usual
      expect(pieces.solution).toEqual(whole.solution)
      const reference = solveReference(problem, recipe, optionsOf(2, 16))
      expect([...solutionCodes(whole.solution)]).toEqual([...reference.codes])
    })
  })

  test('where solvers see another H, the curve is that of the true loss', async () => {
    const problem = seededProblem({ rows: 16, columns: 40, seed: 15 })
    await withGpu(async (gpu) => {
      const options = { ...optionsOf(3, 0), eigenClip: { fraction: 0.05, threshold: 0 } }
      const [{ solution, points }] = await solveAll(gpu, problem, options, [chain('block', nearest, greedy, block())])
      // Both are measured from scratch.
      expect(points.at(-1)!.objective / solution.objective).toBeCloseTo(1, 5)
      expect(points.at(-1)!.moves).toBe(solution.moves)
      expect(solution.objective / objectiveOf(problem, solution)).toBeCloseTo(1, 5)
    })
  })

  test('codes must be there', () => {
    const step = steps.find(({ name }) => name === 'block')!
    const problem = seededProblem({ rows: 1, columns: 2 })
    expect(() => step.reference(problem, {} as never, undefined, {})).toThrow('another step must come first')
  })
})
