// Pictures of group sizes: loss against effective bits, of the small problem and of recorded runs of the whole model.
import { lazy, use, useMemo } from 'react'
import type { LessonResult } from '../../store/lesson-results.ts'
import { optionValues } from '../../quantize/options.ts'
import { greedy } from '../../quantize/steps/greedy.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { levelBits } from '../../quantize/solution.ts'
import { recipeShort, significant } from '../../store/wording.ts'
import { Segments } from '../Segments.tsx'
import type { FigureProps } from './lesson.ts'
import { PlannedRun } from './LiveRun.tsx'
import { loadProblem, loadResults } from './load.ts'
import type { Series } from './LossLines.tsx'
import { Numbers } from './Numbers.tsx'
import { energyOf, levelsOf, lossOf, type LessonProblem } from './problem.ts'
import { once, useSlowly } from './slowly.ts'

const LossLines = lazy(() => import('./LossLines.tsx'))

export interface State {
  picture: 'layer' | 'model' | 'run'
  /** Columns of a group; 0: the row. */
  groups: readonly number[]
  /** Of the whole model. */
  measure: 'perplexity' | 'relative'
}

export const start: State = { picture: 'layer', groups: [0], measure: 'perplexity' }

/** One method, one colour; group sizes differ in their dashes. */
const dashes: Readonly<Record<number, string>> = { 0: 'none', 64: '8 4', 32: '3 3', 16: '12 3 2 3' }

const look = (group: number) => ({
  name: groupName(group),
  recipe: 'cdquant',
  dash: dashes[group],
  end: group === 0 ? 'row' : String(group),
})

interface Point {
  bits: number
  group: number
  effectiveBits: number
  rtn: number
  descent: number
}

const settings = [0, 64, 32, 16].flatMap((group) => [2, 3, 4].map((bits) => ({ bits, group })))

const pointOf = once(pointAt, ({ bits, group }) => `${bits} ${group}`)

function pointAt(problem: LessonProblem, { bits, group }: { bits: number; group: number }): Point {
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

export function usePoints() {
  const problem = use(loadProblem())
  const work = useMemo(() => (setting: { bits: number; group: number }) => pointOf(problem, setting), [problem])
  const found = useSlowly(settings, work)
  const at = (bits: number, group: number) => found.find((point) => point.bits === bits && point.group === group)
  return { found, at, problem }
}

const groupName = (group: number) => (group === 0 ? 'one per row' : `groups of ${group}`)

export function Figure({ state, change }: FigureProps<State>) {
  if (state.picture === 'run') return <PlannedRun recorded={<ModelFigure {...{ state, change }} />} />
  return state.picture === 'layer' ? <LayerFigure {...{ state, change }} /> : <ModelFigure {...{ state, change }} />
}

function LayerFigure({ state, change }: FigureProps<State>) {
  const { found, problem } = usePoints()
  const series = state.groups.map((group): Series => ({
    ...look(group),
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
        xFrom={2}
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
    ...look(group),
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
        xFrom={2}
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
