// Pictures of damping: the loss of GPTQ against it, with Hessians of many tokens and of few; and a row with dead
// columns.
import { lazy, use, useMemo } from 'react'
import { optionValues } from '../../quantize/options.ts'
import { gptq } from '../../quantize/steps/gptq.ts'
import { greedy } from '../../quantize/steps/greedy.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { count, significant } from '../../store/wording.ts'
import { HealthPicture } from '../HealthPicture.tsx'
import { useSession } from '../session.ts'
import type { FigureProps } from './lesson.ts'
import { loadProblem } from './load.ts'
import type { Series } from './LossLines.tsx'
import { Numbers } from './Numbers.tsx'
import { energyOf, levelsOf, lossOf, type LessonProblem, rowOf } from './problem.ts'
import { RowPicture, type Stem } from './RowPicture.tsx'
import { Slider } from './Slider.tsx'
import { once, useSlowly } from './slowly.ts'
import { gptqWalk } from './walks.ts'

const LossLines = lazy(() => import('./LossLines.tsx'))

type Curve = 'many' | 'few' | 'own'

export interface State {
  picture: 'damping' | 'dead'
  curves: readonly Curve[]
  /** Inputs that are made always zero. */
  dead: number
}

export const start: State = { picture: 'damping', curves: ['many'], dead: 0 }
const dampings = [1e-4, 1e-3, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
const ROW = 3

interface Damped {
  damp: number
  many: number
  few: number
  own: number
  /** GPTQ may have had to raise it. */
  used: number
}

/** GPTQ with the Hessian of many tokens and of few, both judged by the many; and the few judged by themselves. */
const dampedLosses = once(dampedAt, String)

function dampedAt(problem: LessonProblem, damp: number): Damped {
  const levels = levelsOf(problem, { bits: 3 })
  const values = optionValues(gptq.options, { damp })
  const little = { ...problem, hessian: problem.few }
  const many = gptq.reference(problem, levels, undefined, values)
  const few = gptq.reference(little, levels, undefined, values)
  const energy = energyOf(problem)
  return {
    damp,
    many: lossOf(problem, levels, many.codes) / energy,
    few: lossOf(problem, levels, few.codes) / energy,
    own: lossOf(little, levels, few.codes) / energyOf(little),
    used: few.damping?.at(-1) ?? damp,
  }
}

export function useDamped() {
  const problem = use(loadProblem())
  const work = useMemo(() => (damp: number) => dampedLosses(problem, damp), [problem])
  const found = useSlowly(dampings, work)
  const rtn = useMemo(() => {
    const levels = levelsOf(problem, { bits: 3 })
    return lossOf(problem, levels, nearest.reference(problem, levels, undefined, {}).codes) / energyOf(problem)
  }, [problem])
  return { found, rtn, problem }
}

/** One row whose first inputs are always zero. */
export function useDead(dead: number) {
  const problem = use(loadProblem())
  return useMemo(() => {
    const row = rowOf(problem, ROW)
    const { columns } = row
    const zeroed = (i: number) => i % 8 === 5 && i < 8 * dead
    const hessian = row.hessian.map((h, at) => (zeroed(Math.floor(at / columns)) || zeroed(at % columns) ? 0 : h))
    const now = { ...row, hessian }
    const levels = levelsOf(row, { bits: 3 })
    const walk = gptqWalk(now, levels)
    const rounded = nearest.reference(now, levels, undefined, {}).codes
    const descended = greedy.reference(now, levels, rounded, optionValues(greedy.options)).codes
    const energy = energyOf(now)
    const loss = (codes: Uint8Array) => lossOf(now, levels, codes) / energy
    const [scale, zero] = [levels.scales[0], levels.zeros[0]]
    const stems = Array.from(walk.codes, (code, j): Stem => {
      const value = (scale * (code - zero) - row.weights[j]) / scale
      return { value, kind: zeroed(j) ? 'dead' : Math.abs(value) > 0.5 ? 'moved' : 'level' }
    })
    return { stems, rtn: loss(rounded), gptq: walk.loss / energy, descent: loss(descended), layer: problem.layer }
  }, [problem, dead])
}

const named = (tokens: number, few: number) =>
  ({
    many: { name: `H from ${count(tokens)} tokens`, recipe: 'gptq', dash: 'none' },
    few: { name: `H from ${few} tokens`, recipe: 'gptq', dash: '8 5' },
    own: { name: `the same, judged by its own ${few} tokens`, recipe: 'gptq', dash: '2 4' },
  }) as const

export function Figure({ state, change }: FigureProps<State>) {
  return state.picture === 'dead' ? <DeadFigure {...{ state, change }} /> : <DampingFigure state={state} />
}

function DampingFigure({ state }: { state: State }) {
  const { found, rtn, problem } = useDamped()
  const health = useSession(({ run }) => run.layers[problem.layer]?.health)
  const names = named(problem.tokens, problem.fewTokens)
  const series = state.curves.map((curve): Series => ({
    ...names[curve],
    points: found.map((one) => ({ x: one.damp, y: one[curve], label: `damping ${one.damp}` })),
  }))
  const best = found.length ? found.reduce((a, b) => (b.few < a.few ? b : a)) : undefined
  return (
    <>
      <LossLines
        series={series}
        xTitle="damping, as a fraction of the mean of diag H, log axis"
        yTitle="relative loss of GPTQ, 3 bits"
        xLog
        yLog
        share
        reference={{ y: rtn, text: 'RTN', recipe: 'rtn' }}
        summary={`Relative loss of GPTQ against damping, 8 rows of ${problem.layer}.${best ? ` From few tokens it is lowest at a damping of ${best.damp}.` : ''}`}
      />
      {health && <HealthPicture health={health} tokensPerColumn={health.tokensPerColumn} />}
      <Numbers
        caption="Loss by damping"
        head={['damping', names.many.name, names.few.name, 'by its own tokens']}
        rows={found.map(({ damp, many, few, own }) => [damp, ...[many, few, own].map((x) => significant(x, 4))])}
      />
    </>
  )
}

function DeadFigure({ state, change }: FigureProps<State>) {
  const { stems, layer } = useDead(state.dead)
  return (
    <>
      <RowPicture
        stems={stems}
        title="error of GPTQ, in steps of the grid"
        summary={`Row ${ROW} of ${layer} with ${state.dead} dead columns; each of them gets the code of zero.`}
      />
      <div className="plan-row lesson-controls">
        <Slider
          label="Inputs that are always zero"
          min={0}
          max={16}
          value={state.dead}
          text={`${state.dead} of 128`}
          onChange={(dead) => change({ dead })}
        />
      </div>
      <ul className="line-key">
        <li className="key-level">rounded</li>
        <li className="key-moved">rounded, not to the nearest</li>
        <li className="key-dead">dead column: the code of 0</li>
      </ul>
      <Numbers
        caption="Errors of the columns"
        head={['column', 'error in steps', 'kind']}
        rows={stems.map(({ value, kind }, j) => [j, significant(value, 3), kind])}
      />
    </>
  )
}
