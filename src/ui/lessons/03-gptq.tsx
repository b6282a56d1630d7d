// Lesson 3: GPTQ rounds column after column and hands each error on; seen in the metric of H that is Babai's nearest
// plane.
import { use, useMemo } from 'react'
import { nearest } from '../../quantize/steps/nearest.ts'
import { percent, significant } from '../../store/wording.ts'
import { Lattice, type LatticeState } from './Lattice.tsx'
import { LatticeControls } from './02-two-weights.tsx'
import { type FigureProps, lesson } from './lesson.ts'
import { loadProblem } from './load.ts'
import { LossBars } from './LossBars.tsx'
import { Numbers } from './Numbers.tsx'
import { energyOf, levelsOf, lossOf, rowOf } from './problem.ts'
import { RowPicture, type Stem } from './RowPicture.tsx'
import { Slider } from './Slider.tsx'
import { solveTwo, startCorrelation, startWeights } from './two-weights.ts'
import { gptqWalk } from './walks.ts'

interface State extends LatticeState {
  picture: 'row' | 'lattice'
  /** Columns that are rounded. */
  done: number
}

const ROW = 3
const start: State = {
  picture: 'row',
  done: 0,
  weights: startWeights,
  correlation: startCorrelation,
  show: ['gptq'],
  ellipses: true,
  planes: true,
  metric: false,
}

function useWalk() {
  const problem = use(loadProblem())
  return useMemo(() => {
    const row = rowOf(problem, ROW)
    const levels = levelsOf(row, { bits: 3 })
    const rounded = nearest.reference(row, levels, undefined, {}).codes
    const energy = energyOf(row)
    const walk = gptqWalk(row, levels)
    return {
      row,
      levels,
      walk,
      gptq: walk.loss / energy,
      rtn: lossOf(row, levels, rounded) / energy,
      layer: problem.layer,
    }
  }, [problem])
}

function Figure({ state, change }: FigureProps<State>) {
  if (state.picture === 'lattice')
    return (
      <>
        <Lattice state={state} move={(weights) => change({ weights })} />
        <LatticeControls weights={state.weights} correlation={state.correlation} change={change} />
      </>
    )
  return <RowFigure state={state} change={change} />
}

function RowFigure({ state, change }: FigureProps<State>) {
  const { row, levels, walk, layer } = useWalk()
  const { done } = state
  const { columns, weights } = row
  const [scale, zero] = [levels.scales[0], levels.zeros[0]]
  const targets = walk.targets(done)
  const error = (j: number) => (scale * (walk.codes[j] - zero) - weights[j]) / scale
  const stems = Array.from({ length: columns }, (_, j): Stem => {
    if (j >= done) return { value: (targets[j] - weights[j]) / scale, kind: 'wish' }
    return { value: error(j), kind: Math.abs(error(j)) > 0.5 ? 'moved' : 'level' }
  })
  const away = stems.filter(({ kind }) => kind === 'moved').length
  return (
    <>
      <RowPicture
        stems={stems}
        title="distance from the original weight, in steps of the grid"
        marked={done < columns ? done : undefined}
        markedText={`column ${done} is next`}
        summary={`Row ${ROW} of ${layer}: ${done} of ${columns} columns are rounded, ${away} of them not to their nearest level; the others wait with what they are to make up for.`}
      />
      <div className="plan-row lesson-controls">
        <Slider
          label="Columns rounded"
          min={0}
          max={columns}
          value={done}
          text={`${done} of ${columns}`}
          onChange={(value) => change({ done: value })}
        />
      </div>
      <ul className="line-key">
        <li className="key-level">rounded</li>
        <li className="key-moved">rounded, not to the nearest</li>
        <li className="key-wish">waiting: where it is wanted now</li>
      </ul>
      <Numbers
        caption="Columns of the row"
        head={['column', 'weight', 'wanted now', 'code', 'error in steps']}
        rows={stems.map(({ value }, j) => [
          j,
          significant(weights[j], 4),
          significant(targets[j], 4),
          j < done ? walk.codes[j] : '',
          j < done ? significant(value, 3) : '',
        ])}
      />
    </>
  )
}

export const gptqLesson = lesson<State>({
  name: 'gptq',
  title: 'GPTQ, column by column',
  Figure,
  steps: [
    {
      title: 'One column at a time',
      state: start,
      Prose: () => {
        const { layer } = useWalk()
        return (
          <p>
            Row {ROW} of <code>{layer}</code>, 128 weights, 3 bits. GPTQ rounds them from left to right. Nothing is
            rounded yet, so every weight is wanted where it is.
          </p>
        )
      },
      look: 'Each stem is one column; its height is the distance from the original weight.',
    },
    {
      title: 'The error is handed on',
      state: { ...start, done: 1 },
      Prose: () => {
        const { row, levels, walk } = useWalk()
        const shifts = Array.from(walk.targets(1), (t, j) => Math.abs(t - row.weights[j]) / levels.scales[0])
        shifts[0] = 0
        const most = shifts.indexOf(Math.max(...shifts))
        return (
          <p>
            Column 0 is rounded. All columns to come shift a little, so that together they make up for its error: column{' '}
            {most} most, by {significant(shifts[most], 2)} of a step. The shifts come from the Hessian: inputs that rise
            together stand in for each other.
          </p>
        )
      },
      look: 'The grey rings: what each waiting column is asked to do.',
    },
    {
      title: 'Half way',
      state: { ...start, done: 64 },
      Prose: ({ state }) => {
        const { row, levels, walk } = useWalk()
        const [scale, zero] = [levels.scales[0], levels.zeros[0]]
        const { done } = state
        const errors = Array.from(
          row.weights,
          (w, j) => Math.abs(levels.scales[0] * (walk.codes[j] - zero) - w) / scale,
        )
        const away = errors.slice(0, done).filter((error) => error > 0.5).length
        const wishes = Array.from(walk.targets(done), (t, j) => Math.abs(t - row.weights[j]) / scale).slice(done)
        return (
          <p>
            {done} columns are rounded, <b>{away}</b> of them not to their nearest level: by the time their turn came,
            they were wanted elsewhere. The {row.columns - done} that wait carry what is left, up to{' '}
            {significant(Math.max(0, ...wishes), 2)} of a step each.
          </p>
        )
      },
      look: 'Move the slider and watch errors on the left turn into wishes on the right.',
    },
    {
      title: 'The last columns pay',
      state: { ...start, done: 128 },
      Prose: () => {
        const { gptq, rtn } = useWalk()
        return (
          <>
            <p>
              The relative loss of this row is {significant(gptq, 3)}, {percent(1 - gptq / rtn)} below RTN’s. But a
              column can only hand its error to columns after it, and the last one has nobody left.
            </p>
            <LossBars
              label="Relative losses of the row"
              bars={[
                { recipe: 'rtn', label: 'RTN', value: rtn },
                { recipe: 'gptq', label: 'GPTQ', value: gptq },
              ]}
            />
          </>
        )
      },
      look: 'Red stems left the band: their level is not the nearest one, on purpose.',
    },
    {
      title: 'The same with two weights',
      state: { ...start, picture: 'lattice' },
      Prose: ({ state }) => {
        const { gptq } = solveTwo(state)
        return (
          <p>
            The first level chooses a line of the lattice. GPTQ takes the nearest, <b>w₁ = {gptq.codes[0]}</b>, goes to
            the best place on it (w₂ = {significant(gptq.target, 3)}), and from there to the nearest point of that line,{' '}
            {gptq.codes[1]}.
          </p>
        )
      },
      look: 'The heavy vertical line is the choice that GPTQ never takes back.',
    },
    {
      title: 'Babai’s nearest plane',
      state: { ...start, picture: 'lattice', metric: true, show: ['rtn', 'gptq', 'descent'] },
      Prose: ({ state }) => {
        const { gptq, least } = solveTwo(state)
        return (
          <p>
            Now the plane is bent until equal harm is a circle. The lattice leans instead, and GPTQ is an old friend:
            Babai’s algorithm of 1986, which drops onto the nearest plane, then the nearest line in it, then the nearest
            point. {significant(gptq.loss, 3)} here; the closest point of all has {significant(least.loss, 3)}.
          </p>
        )
      },
      look: 'The dashed arrow now meets the line at a right angle. The closest point may lie on another line.',
    },
  ],
})
