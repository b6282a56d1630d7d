// The descent of this layer: the curves of its recipes, and where in that of the one in view the reader has gone back to.
import { useMemo } from 'react'
import { ratio } from '../../store/compare.ts'
import { descentData } from '../../store/curves.ts'
import { descentCsv } from '../../store/figure-tables.ts'
import type { LayerState, Run } from '../../store/run.ts'
import { recipeShort } from '../../store/wording.ts'
import DescentChart from '../charts/DescentChart.tsx'
import { LayerTables } from '../charts/LayerTables.tsx'
import { Download } from '../download/Download.tsx'
import { usePlayground } from '../session.ts'
import type { Replaying } from './replaying.ts'

interface Props {
  run: Run
  state: LayerState
  recipe: string
  replaying: Replaying
  /** Undefined: the end. */
  moment: number | undefined
}

export function DescentFigure({ run, state, recipe, replaying, moment }: Props) {
  const playground = usePlayground()
  const { layer, rows } = state.facts
  const data = useMemo(() => {
    const all = descentData(run, layer)
    if (!all) return undefined
    const gap = ratio(state, recipe, all.yardstick)
    const mine = all.curves.some((curve) => curve.recipe === recipe)
    return mine && gap !== undefined ? { ...all, challenger: recipe, gap } : all
  }, [run, layer, state, recipe])
  const point = moment === undefined ? undefined : replaying.replay?.moments[moment]
  const shown = data && point ? { ...data, at: point.moves / rows } : data
  const finding = data
    ? `Loss of ${layer} against moves per row, in units of ${recipeShort(data.yardstick)}’s loss.`
    : 'The descent appears when the first recipes have solved the layer.'
  return (
    <section className="figure span-12 descent-figure" aria-labelledby="the-descent">
      <header>
        <div>
          <h2 id="the-descent">The descent</h2>
          <p className="caption">
            The loss while the descent works.
            {replaying.replay && ' Move the slider at the foot of the window to see every figure as it was then.'}
          </p>
        </div>
        <Download
          name="descent"
          csv={() => descentCsv(playground.store.getState().run, layer)}
          disabled={!data?.curves.length}
        />
      </header>
      <DescentChart data={shown} finding={finding} />
      <p className="scrub-note">
        {replaying.words}{' '}
        {replaying.want && (
          <button type="button" className="btn small" onClick={replaying.want}>
            Replay the descent
          </button>
        )}
      </p>
      <LayerTables data={data} eigenvalues={undefined} />
    </section>
  )
}
