// Lesson 7: smaller groups, more scales, more bits: what a weight costs and what it buys.
import { lazy, use, useMemo } from 'react'
import type { LessonResult } from '../../store/lesson-results.ts'
import { optionValues } from '../../quantize/options.ts'
import { greedy } from '../../quantize/steps/greedy.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { levelBits } from '../../quantize/solution.ts'
import { groupWords, percent, recipeShort, significant } from '../../store/wording.ts'
import { Segments } from '../Segments.tsx'
import { type FigureProps, lesson } from './lesson.ts'
import { LivePerplexity, LiveRun } from './LiveRun.tsx'
import { loadProblem, loadResults } from './load.ts'
import type { Series } from './LossLines.tsx'
import { Numbers } from './Numbers.tsx'
import { energyOf, levelsOf, lossOf, type LessonProblem } from './problem.ts'
import { useSlowly } from './slowly.ts'

const LossLines = lazy(() => import('./LossLines.tsx'))

interface State {
  picture: 'layer' | 'model' | 'run'
  /** Columns of a group; 0: the row. */
  groups: readonly number[]
  /** Of the whole model. */
  measure: 'perplexity' | 'relative'
}

const start: State = { picture: 'layer', groups: [0], measure: 'perplexity' }

/** A recipe's look for each group size: one line each. */
const looks: Readonly<Record<number, string>> = { 0: 'cdquant', 64: 'gptq+cdquant', 32: 'quip', 16: 'awq' }

interface Point {
  bits: number
  group: number
  effectiveBits: number
  rtn: number
  descent: number
}

const settings = [0, 64, 32, 16].flatMap((group) => [2, 3, 4].map((bits) => ({ bits, group })))

function pointOf(problem: LessonProblem, { bits, group }: { bits: number; group: number }): Point {
  const levels = levelsOf(problem, { bits, group })
  const rounded = nearest.reference(problem, levels, undefined, {}).codes
  const { codes } = greedy.reference(problem, levels, rounded, optionValues(greedy.options))
  const stored = levelBits(levels, problem.rows) / (problem.rows * problem.columns)
  const energy = energyOf(problem)
  return {
    bits,
    group,
    effectiveBits: bits + stored,
    rtn: lossOf(problem, levels, rounded) / energy,
    descent: lossOf(problem, levels, codes) / energy,
  }
}

function usePoints() {
  const problem = use(loadProblem())
  const work = useMemo(() => (setting: { bits: number; group: number }) => pointOf(problem, setting), [problem])
  const found = useSlowly(settings, work)
  const at = (bits: number, group: number) => found.find((point) => point.bits === bits && point.group === group)
  return { found, at, problem }
}

const groupName = (group: number) => (group === 0 ? 'one per row' : `groups of ${group}`)

function Figure({ state, change }: FigureProps<State>) {
  if (state.picture === 'run')
    return (
      <LiveRun>
        <LivePerplexity recorded="The recorded run has one group per row; the table of the step before has the others." />
      </LiveRun>
    )
  return state.picture === 'layer' ? <LayerFigure {...{ state, change }} /> : <ModelFigure {...{ state, change }} />
}

function LayerFigure({ state, change }: FigureProps<State>) {
  const { found, problem } = usePoints()
  const series = state.groups.map((group): Series => ({
    name: groupName(group),
    recipe: looks[group],
    points: found
      .filter((point) => point.group === group)
      .map(({ bits, effectiveBits, descent }) => ({ x: effectiveBits, y: descent, label: `${bits} bits` })),
  }))
  const all = [0, 64, 32, 16]
  return (
    <>
      <LossLines
        series={series}
        xTitle="effective bits per weight: codes, scales and zeros"
        yTitle="relative loss of CDQuant"
        yLog
        share
        summary={`Relative loss against effective bits for ${state.groups.map(groupName).join(', ')}, 8 rows of ${problem.layer}.`}
      />
      <div className="plan-row lesson-controls">
        <Segments
          label="Groups shown"
          segments={all.map((_, i) => ({ value: String(i), label: i === 0 ? 'row' : `+ ${all[i]}` }))}
          value={String(state.groups.length - 1)}
          onChange={(many) => change({ groups: all.slice(0, Number(many) + 1) })}
        />
      </div>
      <Numbers
        caption="Loss by bits and group"
        head={['bits', 'group', 'effective bits', 'RTN', 'CDQuant']}
        rows={found.map(({ bits, group, effectiveBits, rtn, descent }) => [
          bits,
          group === 0 ? 'row' : group,
          significant(effectiveBits, 4),
          significant(rtn, 4),
          significant(descent, 4),
        ])}
      />
    </>
  )
}

const valueOf = (result: LessonResult, measure: State['measure']) =>
  measure === 'perplexity' ? result.perplexity : (result.relative ?? 0)

function ModelFigure({ state, change }: FigureProps<State>) {
  const { groups, model } = use(loadResults())
  const solved = groups.filter(({ recipe }) => recipe === 'cdquant')
  const unquantized = groups.find(({ recipe }) => recipe === 'unquantized')!
  const series = [0, 64, 32].map((group): Series => ({
    name: groupName(group),
    recipe: looks[group],
    points: solved
      .filter((result) => result.group === group)
      .map((result) => ({
        x: result.effectiveBits ?? 0,
        y: valueOf(result, state.measure),
        label: `${result.bits} bits`,
      })),
  }))
  return (
    <>
      <LossLines
        key={state.measure}
        series={series}
        xTitle="effective bits per weight, all layers together"
        yTitle={
          state.measure === 'perplexity' ? 'perplexity with CDQuant' : 'relative loss of CDQuant, mean of all layers'
        }
        yLog
        share={state.measure === 'relative'}
        reference={
          state.measure === 'perplexity'
            ? { y: unquantized.perplexity, text: 'unquantized', recipe: 'unquantized' }
            : undefined
        }
        summary={`The whole of ${model}: ${state.measure} against effective bits, for one group per row, groups of 64 and of 32.`}
      />
      <div className="plan-row lesson-controls">
        <Segments
          label="Measure"
          segments={[
            { value: 'perplexity', label: 'perplexity' },
            { value: 'relative', label: 'loss' },
          ]}
          value={state.measure}
          onChange={(measure) => change({ measure })}
        />
      </div>
      <Numbers
        caption="Recorded runs of the whole model"
        head={['recipe', 'bits', 'group', 'effective bits', 'relative loss', 'perplexity']}
        rows={groups
          .filter(({ relative }) => relative !== undefined)
          .map((result) => [
            recipeShort(result.recipe),
            result.bits,
            result.group === 0 ? 'row' : result.group,
            significant(result.effectiveBits ?? 0, 4),
            significant(result.relative ?? 0, 4),
            `${significant(result.perplexity, 4)} ± ${significant(result.standardError, 2)}`,
          ])}
      />
    </>
  )
}

export const groups = lesson<State>({
  name: 'groups',
  title: 'Group size and bits',
  Figure,
  steps: [
    {
      title: 'One scale for a whole row',
      state: start,
      Prose: () => {
        const { at, problem } = usePoints()
        const three = at(3, 0)
        return (
          <p>
            So far all {problem.columns} weights of a row shared one scale and one zero. The scale takes 16 bits and the
            zero as many as a code
            {three && `, so that 3 bits are really ${significant(three.effectiveBits, 4)} per weight`}.
          </p>
        )
      },
      look: 'Three points: 2, 3 and 4 bits. A bit more makes the loss several times smaller.',
    },
    {
      title: 'Smaller groups, finer grids',
      state: { ...start, groups: [0, 64, 32, 16] },
      Prose: () => {
        const { at } = usePoints()
        const [row, small] = [at(3, 0), at(3, 16)]
        return (
          <p>
            Split a row into groups with a scale each, and a large weight spoils only its own group.
            {row &&
              small &&
              ` At 3 bits, groups of 16 lower the loss by ${percent(1 - small.descent / row.descent)} and cost ${significant(small.effectiveBits - row.effectiveBits, 2)} bits per weight more.`}
          </p>
        )
      },
      look: 'Each line is a group size. Lower and farther left is better; which line is the lowest at 3.5 bits?',
    },
    {
      title: 'A bit, or smaller groups?',
      state: { ...start, groups: [0, 64, 32, 16] },
      Prose: () => {
        const { at } = usePoints()
        const [four, three] = [at(4, 0), at(3, 16)]
        if (!four || !three) return <p>The settings are being solved …</p>
        return (
          <p>
            4 bits with one scale per row take {significant(four.effectiveBits, 4)} bits and lose{' '}
            {percent(four.descent)}. 3 bits in groups of 16 take {significant(three.effectiveBits, 4)} and lose{' '}
            {percent(three.descent)}. Here{' '}
            {four.descent < three.descent ? 'the bit is the better buy' : 'the groups are the better buy'}: compare
            settings by what they really cost.
          </p>
        )
      },
      look: 'Point at the dots: the bits of each are in the note.',
    },
    {
      title: 'The whole model',
      state: { ...start, picture: 'model' },
      Prose: () => {
        const { groups: results } = use(loadResults())
        const of = (bits: number, group: number) =>
          results.find((one) => one.recipe === 'cdquant' && one.bits === bits && one.group === group)!
        return (
          <p>
            Recorded runs of all layers. At 2 bits, groups of 32 take the perplexity from{' '}
            {significant(of(2, 0).perplexity, 3)} to <b>{significant(of(2, 32).perplexity, 3)}</b>; at 4 bits there is
            nothing left to gain, {significant(of(4, 0).perplexity, 3)} against {significant(of(4, 32).perplexity, 3)}.
          </p>
        )
      },
      look: 'The dashed line is the unquantized model. Switch to the loss: it goes on falling where perplexity cannot.',
    },
    {
      title: 'Run it',
      state: { ...start, picture: 'run' },
      plan: { bits: 2, group: 32, recipes: ['rtn', 'gptq', 'cdquant'] },
      Prose: () => <PlanProse />,
      look: 'The outlines are the run before. In Compare, every pair of bits and group is one click.',
    },
  ],
})

function PlanProse() {
  return (
    <p>
      This step sets the plan to 2 bits, {groupWords(32)}, and runs it on the calibration that is already there. Leaving
      the lesson gives your own plan back.
    </p>
  )
}
