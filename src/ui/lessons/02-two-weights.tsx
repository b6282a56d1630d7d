// Lesson 2: with two inputs that rise together, the best pair of levels is not the nearest.
import { significant } from '../../store/wording.ts'
import { recipeClass } from '../marks.tsx'
import { Lattice, type LatticeState } from './Lattice.tsx'
import { type FigureProps, lesson } from './lesson.ts'
import { LossBars } from './LossBars.tsx'
import { Numbers } from './Numbers.tsx'
import { Slider } from './Slider.tsx'
import { solveTwo, startCorrelation, startWeights } from './two-weights.ts'

const start: LatticeState = {
  weights: startWeights,
  correlation: startCorrelation,
  show: [],
  ellipses: false,
  planes: false,
  metric: false,
}

function Figure({ state, change }: FigureProps<LatticeState>) {
  const { weights, correlation } = state
  return (
    <>
      <Lattice state={state} move={(weights) => change({ weights })} />
      <LatticeControls {...{ weights, correlation, change }} />
    </>
  )
}

/** The keyboard's way to what can be dragged, and the inputs' correlation. */
export function LatticeControls({
  weights: [a, b],
  correlation,
  change,
}: Pick<LatticeState, 'weights' | 'correlation'> & { change(part: Partial<LatticeState>): void }) {
  const axis = { min: 0.05, max: 6.95, step: 0.01 }
  return (
    <div className="plan-row lesson-controls">
      <Slider label="w₁" {...axis} value={a} text={a.toFixed(2)} onChange={(w) => change({ weights: [w, b] })} />
      <Slider label="w₂" {...axis} value={b} text={b.toFixed(2)} onChange={(w) => change({ weights: [a, w] })} />
      <Slider
        label="Correlation of the inputs"
        min={-0.95}
        max={0.95}
        step={0.01}
        value={correlation}
        text={correlation.toFixed(2).replace('-', '−')}
        onChange={(value) => change({ correlation: value })}
      />
    </div>
  )
}

const Named = ({ recipe, children }: { recipe: string; children: string }) => (
  <em className={recipeClass(recipe)}>{children}</em>
)

const bars = (state: LatticeState) => {
  const { nearest, gptq, descent } = solveTwo(state)
  const all = [
    { recipe: 'rtn', label: 'RTN', value: nearest.loss, name: 'rtn' as const },
    { recipe: 'gptq', label: 'GPTQ', value: gptq.loss, name: 'gptq' as const },
    { recipe: 'cdquant', label: 'Descent', value: descent.loss, name: 'descent' as const },
  ]
  return all.filter(({ name }) => state.show.includes(name))
}

function Ends({ state }: { state: LatticeState }) {
  const { nearest, gptq, descent, least } = solveTwo(state)
  const row = (title: string, { codes, loss }: typeof least) => [title, codes.join(', '), significant(loss, 4)]
  return (
    <>
      <LossBars bars={bars(state)} label="Losses" />
      <Numbers
        caption="Where each method ends"
        head={['method', 'levels', 'loss']}
        rows={[row('RTN', nearest), row('GPTQ', gptq), row('Descent', descent), row('lowest of all 64', least)]}
      />
    </>
  )
}

const times = (ratio: number) => (ratio >= 1.995 ? `${significant(ratio, 2)} times` : significant(ratio, 3))

export const twoWeights = lesson<LatticeState>({
  name: 'two-weights',
  title: 'Rounding is not optimal',
  Figure,
  steps: [
    {
      title: 'Two weights, whole levels',
      state: start,
      Prose: ({ state: { weights } }) => (
        <p>
          Two weights want to be <b>{weights[0].toFixed(2)}</b> and <b>{weights[1].toFixed(2)}</b>. Only whole levels
          exist, so a pair of them is one point of this lattice.
        </p>
      ),
      look: 'The open circle is where the weights want to be. Drag it, or use the sliders.',
    },
    {
      title: 'Each to its nearest',
      state: { ...start, show: ['rtn'] },
      Prose: ({ state }) => {
        const { nearest } = solveTwo(state)
        return (
          <p>
            <Named recipe="rtn">RTN</Named> looks at one weight at a time: {state.weights[0].toFixed(2)} becomes{' '}
            <b>{nearest.codes[0]}</b>, {state.weights[1].toFixed(2)} becomes <b>{nearest.codes[1]}</b>. The inputs have
            no say in it.
          </p>
        )
      },
      look: 'The dotted arrow is the error RTN accepts.',
    },
    {
      title: 'Equal harm is an ellipse',
      state: { ...start, show: ['rtn'], ellipses: true },
      Prose: ({ state }) => (
        <>
          <p>
            What counts is the error of the output. Points on one ellipse do equal harm; the ellipses lean because the
            two inputs rise together (correlation {state.correlation.toFixed(2)}), so that one error can cancel the
            other.
          </p>
          <Ends state={state} />
        </>
      ),
      look: 'RTN’s ellipse is large: other lattice points lie inside it, and all of them are better.',
    },
    {
      title: 'GPTQ makes up, once',
      state: { ...start, show: ['rtn', 'gptq'], ellipses: true },
      Prose: ({ state }) => {
        const { gptq } = solveTwo(state)
        return (
          <>
            <p>
              <Named recipe="gptq">GPTQ</Named> rounds the first weight to {gptq.codes[0]}, moves the second one to{' '}
              {significant(gptq.target, 3)} to make up for it, rounds that to {gptq.codes[1]}, and cannot go back.
            </p>
            <Ends state={state} />
          </>
        )
      },
      look: 'The dashed arrows: first to the side, then down to a level.',
    },
    {
      title: 'The best level is not the nearest',
      state: { ...start, show: ['rtn', 'gptq', 'descent'], ellipses: true },
      Prose: ({ state }) => {
        const { nearest, descent } = solveTwo(state)
        const moves = descent.path.length - 1
        return (
          <>
            <p>
              <Named recipe="cdquant">Coordinate descent</Named> starts at RTN’s point and asks of every single change
              what it would gain.{' '}
              {moves === 0 ? (
                'Here no change gains anything.'
              ) : (
                <>
                  It goes from ({nearest.codes.join(', ')}) to <b>({descent.codes.join(', ')})</b> and ends with a loss{' '}
                  {times(nearest.loss / descent.loss)} smaller.
                </>
              )}
            </p>
            <Ends state={state} />
          </>
        )
      },
      look: 'The red point is farther from the open circle than RTN’s, and does less harm.',
    },
    {
      title: 'Your turn',
      state: { ...start, show: ['rtn', 'gptq', 'descent'], ellipses: true, correlation: 0 },
      Prose: ({ state }) => {
        const { nearest, gptq, descent, least } = solveTwo(state)
        const same = [gptq, descent].every(({ codes }) => codes.join() === nearest.codes.join())
        return (
          <>
            <p>
              {Math.abs(state.correlation) < 0.005 ? (
                <>
                  Without correlation the ellipses stand upright: an error in one input cannot cancel one in the other.
                </>
              ) : (
                <>The more the inputs rise together, the more the ellipses lean.</>
              )}{' '}
              {same
                ? 'All three methods end at the same point.'
                : `The lowest loss of all 64 pairs is ${significant(least.loss, 3)}, at (${least.codes.join(', ')}).`}
            </p>
            <Ends state={state} />
          </>
        )
      },
      look: 'Raise the correlation again and drag the circle: when does GPTQ win, when does descent?',
    },
  ],
})
