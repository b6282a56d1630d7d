// Lesson 4: greedy coordinate descent on one row of a real layer, move by move.
import { percent, plural, significant } from '../../store/wording.ts'
import { lesson } from './lesson.ts'
import { gains } from './walks.ts'
import { type State, start, useDescent, Figure, Losses } from './DescentFigure.tsx'

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
      look: 'The red stem left the band. Compare the bars with those of the step before.',
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
