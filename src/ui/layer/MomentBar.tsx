// The slider through a descent, at the foot of the window, so that it is there whatever figure one looks at.
import { count, percent, plural, recipeTitle, significant } from '../../store/wording.ts'
import type { ReplayAnswer } from '../../worker/layer-questions.ts'
import { recipeClass } from '../marks.tsx'

interface Props {
  replay: ReplayAnswer
  recipe: string
  /** Of the run, at the end. */
  result: { moves: number; objective: number; relative: number }
  /** Undefined: the end. */
  moment: number | undefined
  setMoment(moment: number | undefined): void
}

export function MomentBar({ replay, recipe, result, moment, setMoment }: Props) {
  const { moments } = replay
  const last = moments.length - 1
  const at = Math.min(last, moment ?? last)
  const words = momentWords(moments[at], at === last, result)
  const to = (value: number) => setMoment(value >= last ? undefined : Math.max(0, value))
  return (
    <section className="moment-bar" aria-label="Moment of the descent">
      <b className={`loud ${recipeClass(recipe)}`}>{recipeTitle(recipe)}</b>
      <button type="button" className="btn small" disabled={at === 0} onClick={() => to(0)}>
        Start
      </button>
      <button
        type="button"
        className="btn small"
        aria-label="One moment back"
        disabled={at === 0}
        onClick={() => to(at - 1)}
      >
        −
      </button>
      <input
        type="range"
        min={0}
        max={last}
        value={at}
        aria-label={`Moment of ${recipeTitle(recipe)}’s descent`}
        aria-valuetext={words}
        onChange={({ target }) => to(Number(target.value))}
      />
      <button
        type="button"
        className="btn small"
        aria-label="One moment on"
        disabled={at === last}
        onClick={() => to(at + 1)}
      >
        +
      </button>
      <button type="button" className="btn small" disabled={at === last} onClick={() => to(last)}>
        End
      </button>
      <p role="status">{words}</p>
    </section>
  )
}

function momentWords(
  { step, moves, objective }: ReplayAnswer['moments'][number],
  end: boolean,
  result: Props['result'],
): string {
  if (end) return `The end: ${plural(moves, 'move')}, relative loss ${significant(result.relative, 4)}.`
  if (result.objective === 0) return `After ${count(moves)} of ${plural(result.moves, 'move')}, in the step ${step}.`
  const above = objective / result.objective - 1
  const relative = significant((result.relative * objective) / result.objective, 4)
  const side = above < 0 ? 'below' : 'above'
  return `After ${count(moves)} of ${plural(result.moves, 'move')}, in the step ${step}: relative loss ${relative}, ${percent(Math.abs(above))} ${side} the end.`
}
