// Lesson 6: what damping is for, shown on a Hessian of too few tokens; and columns whose input is always zero.
import { lazy, use, useMemo } from 'react'
import { optionValues } from '../../quantize/options.ts'
import { gptq } from '../../quantize/steps/gptq.ts'
import { greedy } from '../../quantize/steps/greedy.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { count, percent, significant } from '../../store/wording.ts'
import { HealthPicture } from '../HealthPicture.tsx'
import { useSession } from '../session.ts'
import { type FigureProps, lesson } from './lesson.ts'
import { loadProblem } from './load.ts'
import { LossBars } from './LossBars.tsx'
import type { Series } from './LossLines.tsx'
import { Numbers } from './Numbers.tsx'
import { energyOf, levelsOf, lossOf, type LessonProblem, rowOf } from './problem.ts'
import { RowPicture, type Stem } from './RowPicture.tsx'
import { Slider } from './Slider.tsx'
import { useSlowly } from './slowly.ts'
import { gptqWalk } from './walks.ts'

const LossLines = lazy(() => import('./LossLines.tsx'))

type Curve = 'many' | 'few' | 'own'

interface State {
  picture: 'damping' | 'dead'
  curves: readonly Curve[]
  /** Inputs that are made always zero. */
  dead: number
}

const start: State = { picture: 'damping', curves: ['many'], dead: 0 }
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
function dampedLosses(problem: LessonProblem, damp: number): Damped {
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

function useDamped() {
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
function useDead(dead: number) {
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
    many: { name: `H from ${count(tokens)} tokens`, recipe: 'gptq' },
    few: { name: `H from ${few} tokens`, recipe: 'cdquant' },
    own: { name: `the same, judged by its own ${few} tokens`, recipe: 'cyclic' },
  }) as const

function Figure({ state, change }: FigureProps<State>) {
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

export const damping = lesson<State>({
  name: 'damping',
  title: 'Damping and dead columns',
  Figure,
  steps: [
    {
      title: 'A little on the diagonal',
      state: start,
      Prose: () => {
        const { found, problem } = useDamped()
        const losses = found.map(({ many }) => many)
        return (
          <p>
            GPTQ needs the inverse of H, so λ is added to its diagonal: <b>damping</b>, given as a fraction of the mean
            of the diagonal. With {count(problem.tokens)} tokens for {problem.columns} columns it hardly matters
            {losses.length > 1 &&
              `: the relative loss is between ${percent(Math.min(...losses))} and ${percent(Math.max(...losses))}`}
            .
          </p>
        )
      },
      look: 'Only on the right, where λ is as large as H itself, does the curve come near RTN.',
    },
    {
      title: 'Too few tokens',
      state: { ...start, curves: ['many', 'few'] },
      Prose: () => {
        const { found, rtn, problem } = useDamped()
        const usual = found.find(({ damp }) => damp === 0.01)
        return (
          <p>
            {problem.fewTokens} tokens cannot tell {problem.columns} columns apart: this H has no inverse at all.
            Without damping GPTQ trusts directions it has never seen.
            {usual &&
              ` At the usual 0.01 its loss is ${percent(usual.few)}, RTN’s ${percent(rtn)}: ${usual.few > rtn ? 'worse than not looking at the inputs' : 'hardly any better'}.`}
          </p>
        )
      },
      look: 'Follow the red line to the right: more damping, less trust, less loss.',
    },
    {
      title: 'It looks well to itself',
      state: { ...start, curves: ['few', 'own'] },
      Prose: () => {
        const { found } = useDamped()
        const usual = found.find(({ damp }) => damp === 0.01)
        return (
          <p>
            Judged by the tokens it was made from, the same result looks splendid
            {usual && `: ${percent(usual.own)} instead of ${percent(usual.few)}`}. A layer’s loss on its own calibration
            tokens says little when these are few. The page warns below 4 tokens per column.
          </p>
        )
      },
      look: 'The gap between the lines is overfitting. Held-out windows (Calibration, in the plan) measure it.',
    },
    {
      title: 'Descent needs no inverse',
      state: { ...start, curves: ['many', 'few'] },
      Prose: () => {
        const { problem } = useDamped()
        const found = useMemo(() => {
          const levels = levelsOf(problem, { bits: 3 })
          const rounded = nearest.reference(problem, levels, undefined, {}).codes
          const energy = energyOf(problem)
          const of = (hessian: Float64Array) =>
            lossOf(
              problem,
              levels,
              greedy.reference({ ...problem, hessian }, levels, rounded, optionValues(greedy.options)).codes,
            ) / energy
          return { many: of(problem.hessian), few: of(problem.few), rtn: lossOf(problem, levels, rounded) / energy }
        }, [problem])
        return (
          <>
            <p>
              Coordinate descent uses H as it is, without damping: {percent(found.many)} from {count(problem.tokens)}{' '}
              tokens, {percent(found.few)} from {problem.fewTokens}. It starts at the nearest levels and moves only what
              pays, but too few tokens mislead it too.
            </p>
            <LossBars
              label="Relative losses"
              bars={[
                { recipe: 'rtn', label: 'RTN', value: found.rtn },
                { recipe: 'cdquant', label: 'Descent', value: found.many },
                { recipe: 'cyclic', label: `… ${problem.fewTokens} tokens`, value: found.few },
              ]}
            />
          </>
        )
      },
      look: 'Compare the bars with the curves: no λ was chosen for them.',
    },
    {
      title: 'Dead columns',
      state: { ...start, picture: 'dead', dead: 8 },
      Prose: ({ state }) => {
        const { rtn, gptq, descent } = useDead(state.dead)
        return (
          <>
            <p>
              An input that is zero on every token makes a row and a column of H zero. No code there can do harm: GPTQ
              gives such a column the code of 0, and it takes no part; here {state.dead} inputs were silenced by hand.
            </p>
            <LossBars
              label="Relative losses of the row"
              bars={[
                { recipe: 'rtn', label: 'RTN', value: rtn },
                { recipe: 'gptq', label: 'GPTQ', value: gptq },
                { recipe: 'cdquant', label: 'Descent', value: descent },
              ]}
            />
          </>
        )
      },
      look: 'Dead columns may lie far out, at no cost. Silence more of them with the slider.',
    },
  ],
})
