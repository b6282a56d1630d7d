// The descent of this layer, to go back in: the curve of every recipe, and a scrubber along that of the one in view. Its
// moments come from a replay, which the worker makes when it is asked for.
import { useMemo, useState } from 'react'
import { ratio } from '../../store/compare.ts'
import { descentData } from '../../store/curves.ts'
import { descentCsv } from '../../store/figure-tables.ts'
import type { LayerState, Run } from '../../store/run.ts'
import { count, percent, plural, recipeShort, recipeTitle, significant } from '../../store/wording.ts'
import type { ReplayAnswer } from '../../worker/layer-questions.ts'
import DescentChart from '../charts/DescentChart.tsx'
import { LayerTables } from '../charts/LayerTables.tsx'
import { Download } from '../download/Download.tsx'
import { usePlayground, useSession } from '../session.ts'
import { useAnswer } from './answer.ts'

interface Props {
  run: Run
  state: LayerState
  recipe: string
  /** Undefined: the end. */
  moment: number | undefined
  setMoment(moment: number | undefined): void
  /** Why the weights of a moment cannot be had. */
  without: string | undefined
}

/** A layer of more weights is replayed only when asked for. */
const AT_ONCE = 2 ** 20

export function DescentFigure({ run, state, recipe, moment, setMoment, without }: Props) {
  const playground = usePlayground()
  const running = useSession((session) => session.state === 'running')
  const [wanted, want] = useState(false)
  const { layer, rows, columns } = state.facts
  const result = state.results[recipe]
  const own = state.curves[recipe] ?? []
  const replays = without === undefined && own.length > 1 && result !== undefined
  const ask = replays && (wanted || (rows * columns <= AT_ONCE && !running))
  const { answer, problem, part, waiting } = useAnswer('layer-replay', ask ? { layer, recipe } : undefined, result)
  const replay = waiting || problem !== undefined ? undefined : answer
  const data = useMemo(() => {
    const all = descentData(run, layer)
    if (!all) return undefined
    const gap = ratio(state, recipe, all.yardstick)
    const mine = all.curves.some((curve) => curve.recipe === recipe)
    return mine && gap !== undefined ? { ...all, challenger: recipe, gap } : all
  }, [run, layer, state, recipe])
  const point = replay && moment !== undefined ? replay.moments[moment] : undefined
  const shown = data && point ? { ...data, at: point.moves / rows } : data
  const finding = data
    ? `Loss of ${layer} against moves per row, in units of ${recipeShort(data.yardstick)}’s loss.`
    : 'The descent appears when the first recipes have solved the layer.'
  return (
    <section className="figure span-12 descent-figure" aria-labelledby="the-descent">
      <header>
        <div>
          <h2 id="the-descent">Back through the descent</h2>
          <p className="caption">
            The loss while the descent works. Move the slider to see all figures of this page as they were.
          </p>
        </div>
        <Download
          name="descent"
          csv={() => descentCsv(playground.store.getState().run, layer)}
          disabled={!data?.curves.length}
        />
      </header>
      <DescentChart data={shown} finding={finding} />
      {replay && replay.moments.length > 1 ? (
        <Scrubber replay={replay} moment={moment} setMoment={setMoment} recipe={recipe} result={result} />
      ) : (
        <p className="scrub-note">
          {without ??
            (result === undefined
              ? `${recipeTitle(recipe)} has not solved this layer yet.`
              : !replays
                ? `${recipeTitle(recipe)} does not descend: there is nothing to go back through.`
                : problem !== undefined
                  ? `No replay: ${problem}.`
                  : ask
                    ? `Replaying the descent${part ? `, ${count(part.moves)} of ${plural(result.moves, 'move')}` : running ? ' when the run ends or pauses' : ''} …`
                    : '')}{' '}
          {replays && !ask && (
            <button type="button" className="btn small" onClick={() => want(true)}>
              Replay the descent{running ? ' when the run ends or pauses' : ''}
            </button>
          )}
        </p>
      )}
      <LayerTables data={data} eigenvalues={undefined} />
    </section>
  )
}

function Scrubber({
  replay,
  moment,
  setMoment,
  recipe,
  result,
}: {
  replay: ReplayAnswer
  moment: number | undefined
  setMoment(moment: number | undefined): void
  recipe: string
  result: { moves: number; objective: number; relative: number }
}) {
  const { moments, thinned, differing } = replay
  const last = moments.length - 1
  const at = Math.min(last, moment ?? last)
  const { step, moves, objective } = moments[at]
  const above = objective / result.objective - 1
  const words =
    at === last
      ? `The end: ${plural(moves, 'move')}, relative loss ${significant(result.relative, 4)}.`
      : `After ${count(moves)} of ${plural(result.moves, 'move')}, in the step ${step}: relative loss ${significant((result.relative * objective) / result.objective, 4)}, ${percent(Math.abs(above))} ${above < 0 ? 'below' : 'above'} the end.`
  const to = (value: number) => setMoment(value >= last ? undefined : Math.max(0, value))
  return (
    <div className="scrubber">
      <div className="row">
        <button type="button" className="btn small" onClick={() => to(0)}>
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
        <button type="button" className="btn small" onClick={() => to(last)}>
          End
        </button>
      </div>
      <p className="scrub-note" role="status">
        {words}
      </p>
      <p className="scrub-note quiet">
        {plural(moments.length, 'moment')} of a replay on the kept Hessian
        {thinned && ', thinned: neighbours were made one'}.
        {differing > 0 &&
          ` Rounding took it elsewhere than the run in ${plural(differing, 'weight')}; the last moment is the run’s.`}
      </p>
    </div>
  )
}
