// Lesson 4: greedy coordinate descent on one row of a real layer, move by move.
import { lazy, use, useMemo } from 'react'
import { referenceResidual } from '../../quantize/reference.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { percent, plural, significant } from '../../store/wording.ts'
import { Segments } from '../Segments.tsx'
import { type FigureProps, lesson } from './lesson.ts'
import { loadProblem } from './load.ts'
import { LossBars } from './LossBars.tsx'
import { Numbers } from './Numbers.tsx'
import { energyOf, levelsOf, rowOf } from './problem.ts'
import { RowPicture, type Stem } from './RowPicture.tsx'
import { Slider } from './Slider.tsx'
import { gains, gptqWalk, greedyWalk } from './walks.ts'

const LossLines = lazy(() => import('./LossLines.tsx'))

interface State {
  row: number
  bits: number
  moves: number
  gains: boolean
  curve: boolean
}

const start: State = { row: 3, bits: 3, moves: 0, gains: false, curve: false }

function useDescent({ row, bits }: Pick<State, 'row' | 'bits'>) {
  const all = use(loadProblem())
  return useMemo(() => {
    const problem = rowOf(all, row)
    const levels = levelsOf(problem, { bits })
    const rounded = nearest.reference(problem, levels, undefined, {}).codes
    const energy = energyOf(problem)
    const places = greedyWalk(problem, levels, rounded)
    const gptq = gptqWalk(problem, levels).loss / energy
    return { problem, levels, places, energy, gptq, last: places.length - 1, layer: all.layer }
  }, [all, row, bits])
}

function Figure({ state, change }: FigureProps<State>) {
  const { problem, levels, places, energy, gptq, last, layer } = useDescent(state)
  const moves = Math.min(state.moves, last)
  const { codes, loss, column } = places[moves]
  const gain = state.gains ? gains(problem, levels, codes).map((value) => value / energy) : undefined
  const scale = levels.scales[0]
  const stems = Array.from(referenceResidual(problem, levels, codes), (e, j): Stem => ({
    value: e / scale,
    kind: codes[j] === places[0].codes[j] ? 'level' : 'moved',
  }))
  const summary = `Row ${state.row} of ${layer} after ${plural(moves, 'move')}: relative loss ${significant(loss / energy, 3)}.`
  return (
    <>
      {state.curve ? (
        <LossLines
          series={[
            { name: 'greedy descent', recipe: 'cdquant', points: places.map((p, x) => ({ x, y: p.loss / energy })) },
          ]}
          xTitle="moves"
          yTitle="relative loss of the row"
          reference={{ y: gptq, text: 'GPTQ', recipe: 'gptq' }}
          place={moves}
          summary={`Relative loss against moves, from ${significant(places[0].loss / energy, 3)} to ${significant(places[last].loss / energy, 3)}; GPTQ has ${significant(gptq, 3)}.`}
        />
      ) : (
        <RowPicture
          stems={stems}
          title="error, in steps of the grid"
          marked={column}
          {...(column !== undefined && {
            markedText: `column ${column}: ${places[moves - 1].codes[column]} → ${codes[column]}`,
          })}
          gains={gain}
          summary={summary}
        />
      )}
      <div className="plan-row lesson-controls">
        <Slider
          label="Moves"
          min={0}
          max={last}
          value={moves}
          text={`${moves} of ${last}`}
          onChange={(value) => change({ moves: value })}
        />
        <Segments
          label="Row"
          segments={Array.from({ length: 8 }, (_, row) => ({ value: String(row), label: String(row) }))}
          value={String(state.row)}
          onChange={(row) => change({ row: Number(row) })}
        />
        <Segments
          label="Bits"
          segments={['2', '3', '4'].map((value) => ({ value, label: value }))}
          value={String(state.bits)}
          onChange={(bits) => change({ bits: Number(bits) })}
        />
        <Segments
          label="Picture"
          segments={[
            { value: 'row', label: 'the row' },
            { value: 'curve', label: 'the curve' },
          ]}
          value={state.curve ? 'curve' : 'row'}
          onChange={(value) => change({ curve: value === 'curve' })}
        />
      </div>
      <Numbers
        caption="Moves of the descent"
        head={['move', 'column', 'code before', 'code after', 'relative loss']}
        rows={places.map((place, i) => [
          i,
          place.column ?? '',
          place.column === undefined ? '' : places[i - 1].codes[place.column],
          place.column === undefined ? '' : place.codes[place.column],
          significant(place.loss / energy, 4),
        ])}
      />
    </>
  )
}

function Losses({ state }: { state: State }) {
  const { places, energy, gptq, last } = useDescent(state)
  const now = places[Math.min(state.moves, last)].loss / energy
  return (
    <LossBars
      label="Relative losses of the row"
      bars={[
        { recipe: 'rtn', label: 'RTN', value: places[0].loss / energy },
        { recipe: 'gptq', label: 'GPTQ', value: gptq },
        { recipe: 'cdquant', label: 'Descent now', value: now },
      ]}
    />
  )
}

export const descent = lesson<State>({
  name: 'descent',
  title: 'Descent, step by step',
  Figure,
  steps: [
    {
      title: 'Start from the nearest',
      state: start,
      Prose: ({ state }) => {
        const { layer } = useDescent(state)
        return (
          <>
            <p>
              Row {state.row} of <code>{layer}</code>, rounded to {state.bits} bits. Every error is at most half a step,
              and yet the output of this row is off: the errors add up along what the inputs have in common.
            </p>
            <Losses state={state} />
          </>
        )
      },
      look: 'All stems end inside the band: nothing has moved yet.',
    },
    {
      title: 'What would each change gain?',
      state: { ...start, gains: true },
      Prose: ({ state }) => {
        const { problem, levels, places, energy } = useDescent(state)
        const all = gains(problem, levels, places[0].codes)
        const useful = all.filter((gain) => gain > 1e-9 * energy).length
        return (
          <p>
            For every column, take the best other level and ask how much the loss would fall:{' '}
            <span className="math">
              δ² H<sub>jj</sub> + 2 δ (E H)<sub>j</sub>
            </span>
            . Here {useful} of 128 changes would help. Greedy descent takes the largest.
          </p>
        )
      },
      look: 'The red bar is the change that gains most.',
    },
    {
      title: 'One move',
      state: { ...start, gains: true, moves: 1 },
      Prose: ({ state }) => {
        const { places, energy } = useDescent(state)
        const { column = 0, codes, loss } = places[1]
        return (
          <>
            <p>
              Column <b>{column}</b> goes from {places[0].codes[column]} to {codes[column]}. The loss falls by{' '}
              {percent(1 - loss / places[0].loss)}, to {significant(loss / energy, 3)}, and all other gains change: what
              this move has made good, others need not.
            </p>
            <Losses state={state} />
          </>
        )
      },
      look: 'The red stem left the band. Compare the bars below with those of the step before.',
    },
    {
      title: 'Eight moves',
      state: { ...start, gains: true, moves: 8 },
      Prose: ({ state }) => {
        const { places, energy, gptq, last } = useDescent(state)
        const now = places[Math.min(state.moves, last)].loss
        return (
          <>
            <p>
              After {plural(Math.min(state.moves, last), 'move')} the loss is {significant(now / energy, 3)},{' '}
              {percent(1 - now / places[0].loss)} below the start and{' '}
              {now / energy < gptq ? 'already below GPTQ' : 'still above GPTQ'}. The first moves bring the most.
            </p>
            <Losses state={state} />
          </>
        )
      },
      look: 'Move the slider: each move, one column.',
    },
    {
      title: 'No change helps',
      state: { ...start, gains: true, moves: 1000 },
      Prose: ({ state }) => {
        const { places, energy, gptq, last } = useDescent(state)
        const end = places[last].loss / energy
        const moved = places[last].codes.filter((code, j) => code !== places[0].codes[j]).length
        return (
          <>
            <p>
              After {plural(last, 'move')} no single change helps. {moved} of 128 weights left their nearest level, and
              the loss is {significant(end, 3)}:{' '}
              {end < gptq ? `${percent(1 - end / gptq)} below GPTQ` : `${percent(end / gptq - 1)} above GPTQ`}.
            </p>
            <Losses state={state} />
          </>
        )
      },
      look: 'The lower bars are gone. Try other rows: the descent does not win in all of them.',
    },
    {
      title: 'The curve',
      state: { ...start, curve: true, moves: 1000 },
      Prose: ({ state }) => {
        const { places, last } = useDescent(state)
        const half = places.findIndex(({ loss }) => loss < (places[0].loss + places[last].loss) / 2)
        return (
          <p>
            Drawn against the moves this is the curve of the Play room, for one row. Half of the fall takes{' '}
            {plural(half, 'move')} of {last}.
          </p>
        )
      },
      look: 'The dashed line is GPTQ. In Play, all rows of a layer descend at the same time.',
    },
  ],
})
