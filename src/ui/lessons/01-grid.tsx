// Lesson 1: what a grid is: evenly spaced levels over the weights of a row, and a code for each.
import { use } from 'react'
import { referenceResidual } from '../../quantize/reference.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { significant } from '../../store/wording.ts'
import { Segments } from '../Segments.tsx'
import { type FigureProps, lesson } from './lesson.ts'
import { loadProblem } from './load.ts'
import { NumberLine } from './NumberLine.tsx'
import { Numbers } from './Numbers.tsx'
import { levelsOf, rowOf } from './problem.ts'
import { Slider } from './Slider.tsx'

interface State {
  bits: number
  symmetric: boolean
  show: 'weights' | 'levels' | 'rounded'
  /** Column of the weight that is followed. */
  picked: number
}

const start: State = { bits: 3, symmetric: false, show: 'weights', picked: 100 }

function useRow({ bits, symmetric }: State) {
  const problem = rowOf(use(loadProblem()), 0)
  const levels = levelsOf(problem, { bits, symmetric })
  const { codes } = nearest.reference(problem, levels, undefined, {})
  const errors = referenceResidual(problem, levels, codes)
  const rms = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length)
  return { problem, levels, codes, errors, rms, scale: levels.scales[0], zero: levels.zeros[0] }
}

function Figure({ state, change }: FigureProps<State>) {
  const { problem, levels, codes, errors, scale, zero } = useRow(state)
  const { weights } = problem
  const { picked } = state
  return (
    <>
      <NumberLine
        {...{ weights, levels, codes, picked }}
        show={state.show}
        summary={`128 weights of one row on a number line with ${2 ** state.bits} levels, ${significant(scale, 3)} apart.`}
      />
      <div className="plan-row lesson-controls">
        <Segments
          label="Bits"
          segments={['2', '3', '4', '8'].map((value) => ({ value, label: value }))}
          value={String(state.bits)}
          onChange={(bits) => change({ bits: Number(bits) })}
        />
        <Segments
          label="Zero point"
          segments={[
            { value: 'asymmetric', label: 'asymmetric' },
            { value: 'symmetric', label: 'symmetric' },
          ]}
          value={state.symmetric ? 'symmetric' : 'asymmetric'}
          onChange={(value) => change({ symmetric: value === 'symmetric' })}
        />
        <Slider
          label="Weight"
          min={0}
          max={weights.length - 1}
          value={picked}
          text={`${picked}`}
          onChange={(value) => change({ picked: value })}
        />
      </div>
      <p className="caption lesson-formula">
        Weight {picked}: {significant(weights[picked], 4)} ÷ {significant(scale, 4)} + {zero} is nearest to code{' '}
        <b>{codes[picked]}</b>, which stands for {significant(scale * (codes[picked] - zero), 4)}; error{' '}
        {significant(errors[picked], 3)}.
      </p>
      <Numbers
        caption="Weights of the row, their codes and errors"
        head={['column', 'weight', 'code', 'level', 'error']}
        rows={Array.from(weights, (w, j) => [
          j,
          significant(w, 4),
          codes[j],
          significant(scale * (codes[j] - zero), 4),
          significant(errors[j], 4),
        ])}
      />
    </>
  )
}

export const grid = lesson<State>({
  name: 'grid',
  title: 'What a grid is',
  Figure,
  steps: [
    {
      title: 'A row of weights',
      state: start,
      Prose: () => {
        const { layer, columns } = use(loadProblem())
        return (
          <p>
            These are the <b>{columns}</b> weights of one row of <code>{layer}</code>, a real layer of the model on this
            page. In the file each takes 16 bits.
          </p>
        )
      },
      look: 'Most weights are small; a few lie far out. Both ends will decide how wide the grid is.',
    },
    {
      title: 'A few levels instead',
      state: { ...start, show: 'levels' },
      Prose: ({ state }) => {
        const { scale } = useRow(state)
        return (
          <p>
            With {state.bits} bits a weight may only take one of <b>{2 ** state.bits}</b> levels. They are evenly
            spaced, {significant(scale, 3)} apart, from the smallest weight to the largest: that is the grid, and its
            step is the <b>scale</b>.
          </p>
        )
      },
      look: 'The ticks are the levels. One weight is followed on its way; choose another with the slider.',
    },
    {
      title: 'Each to its level',
      state: { ...start, show: 'rounded' },
      Prose: ({ state }) => {
        const { rms, scale } = useRow(state)
        return (
          <p>
            Rounding sends every weight to its nearest level. No error is larger than half a step,{' '}
            {significant(scale / 2, 3)}; their root mean square is <b>{significant(rms, 3)}</b>.
          </p>
        )
      },
      look: 'The bars count the weights on each level: the middle is crowded, the ends are nearly empty.',
    },
    {
      title: 'One more bit halves the step',
      state: { ...start, show: 'rounded', bits: 4 },
      Prose: ({ state }) => {
        const three = useRow({ ...state, bits: 3 })
        const now = useRow(state)
        return (
          <p>
            At {state.bits} bits there are {2 ** state.bits} levels and the root mean square error is{' '}
            <b>{significant(now.rms, 3)}</b>, {significant(now.rms / three.rms, 2)} of what it is at 3 bits.
          </p>
        )
      },
      look: 'Switch the bits below the picture: every bit costs as much as the one before, and brings half as much.',
    },
    {
      title: 'Where zero lies',
      state: { ...start, show: 'rounded', symmetric: true },
      Prose: ({ state }) => {
        const other = useRow({ ...state, symmetric: !state.symmetric })
        const now = useRow(state)
        return (
          <p>
            A {state.symmetric ? 'symmetric' : 'asymmetric'} grid has its zero at code <b>{now.zero}</b>. Its error is{' '}
            <b>{significant(now.rms, 3)}</b>, that of the {state.symmetric ? 'asymmetric' : 'symmetric'} one{' '}
            {significant(other.rms, 3)}: symmetric grids store no zero, but waste levels where weights lean to one side.
          </p>
        )
      },
      look: 'Switch the zero point: do all codes have work to do?',
    },
    {
      title: 'What is stored',
      state: { ...start, show: 'rounded' },
      Prose: ({ state }) => {
        const { scale, zero, codes } = useRow(state)
        return (
          <p>
            The file keeps one scale ({significant(scale, 4)}), one zero ({zero}) and 128 codes of {state.bits} bits:{' '}
            {Array.from(codes.slice(0, 8)).join(' ')} … A weight comes back as <b>scale · (code − zero)</b>.
          </p>
        )
      },
      look: 'From here on, the only question is which code each weight gets. The nearest is just one answer.',
    },
  ],
})
