// Block descent on the golden problems, mean over five seeds: partitions drawn afresh are the golden's own and agree with
// it; tournaments end no higher.
import { expect, test } from 'vitest'
import { goldenObjectives, goldenProblem, goldenSettings } from '../../test/golden.ts'
import { withGpu } from '../../test/gpu.ts'
import { chain, plainOptions, solveAll } from '../../test/solve.ts'
import { draws } from './block-partitions.ts'

const starts = { nearest: { name: 'nearest' }, 'gptq-actorder': { name: 'gptq', options: { order: 'activation' } } }
const SEEDS = [1, 2, 3, 4, 5]

/** A row grid of few bits and a grouped one, in turn: the others take as long and say no more. GOLDEN=all: both. */
const kinds = [/^2bit-row-asym$/, /^3bit-group\d+-asym$/]
const chosen = (setting: string, problem: number) =>
  process.env.GOLDEN === 'all' ? kinds.some((kind) => kind.test(setting)) : kinds[problem % 2].test(setting)

const golden = Object.entries(goldenObjectives()).map(([name, settings], i) => [name, settings, i] as const)

test.each(golden)('%s', async (name, settings, place) => {
  const problem = await goldenProblem(name)
  await withGpu(async (gpu) => {
    for (const [setting, entries] of Object.entries(settings).filter(([setting]) => chosen(setting, place)))
      for (const [start, first] of Object.entries(starts))
        for (const draw of draws) {
          const recipes = SEEDS.map((seed) =>
            chain('block', first, { name: 'greedy' }, { name: 'block', options: { draw, seed } }),
          )
          const options = { ...plainOptions, settings: goldenSettings(setting) }
          const solved = await solveAll(gpu, problem, options, recipes)
          const mean = solved.reduce((sum, { solution }) => sum + solution.objective, 0) / SEEDS.length
          const { objective, tolerance } = entries[`block2-from-greedy-from-${start}`]
          const deviation = mean / objective - 1
          // The golden's own tolerance: five standard deviations over seeds, or what rounding did to its start.
          expect(
            draw === 'independent' ? Math.abs(deviation) : deviation,
            `${setting} ${start} ${draw}`,
          ).toBeLessThanOrEqual(tolerance)
        }
  })
})

test('every golden problem has both settings', () => {
  for (const [name, settings] of golden)
    for (const kind of kinds)
      expect(
        Object.keys(settings).filter((setting) => kind.test(setting)),
        name,
      ).toHaveLength(1)
})
