// The descent of one row, move by move: its picture, its curve, and the numbers both are drawn from.
import { lazy, use, useMemo } from 'react'
import { referenceResidual } from '../../quantize/reference.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { plural, significant } from '../../store/wording.ts'
import { Segments } from '../Segments.tsx'
import type { FigureProps } from './lesson.ts'
import { loadProblem } from './load.ts'
import { LossBars } from './LossBars.tsx'
import { Numbers } from './Numbers.tsx'
import { energyOf, levelsOf, rowOf } from './problem.ts'
import { RowPicture, type Stem } from './RowPicture.tsx'
import { Slider } from './Slider.tsx'
import { gains, gptqWalk, greedyWalk } from './walks.ts'

const LossLines = lazy(() => import('./LossLines.tsx'))

export interface State {
  row: number
  bits: number
  moves: number
  gains: boolean
  curve: boolean
}

export const start: State = { row: 3, bits: 3, moves: 0, gains: false, curve: false }

export function useDescent({ row, bits }: Pick<State, 'row' | 'bits'>) {
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

export function Figure({ state, change }: FigureProps<State>) {
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

export function Losses({ state }: { state: State }) {
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
