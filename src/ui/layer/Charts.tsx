// The charts of the room Layer. They follow the pictures as soon as there is time: pixels come first.
import { memo } from 'react'
import { reference } from '../../store/compare.ts'
import type { LayerState, Run } from '../../store/run.ts'
import type { LayerAnswer } from '../../worker/layer-questions.ts'
import { ColumnsFigure } from './ColumnsFigure.tsx'
import { DescentFigure } from './DescentFigure.tsx'
import { DiagonalFigure, EigenvalueFigure } from './HessianFigures.tsx'
import type { Replaying } from './replaying.ts'

export interface Charted {
  run: Run
  layer: string
  info: LayerAnswer
  /** Absent before a run. */
  state: LayerState | undefined
  recipe: string | undefined
  moment: number | undefined
  replaying: Replaying
  /** Whatever else the answers depend on. */
  of: unknown
}

export const Charts = memo(function Charts({ charted }: { charted: Charted }) {
  const { run, layer, info, state, recipe, moment, replaying, of } = charted
  const result = recipe === undefined ? undefined : state?.results[recipe]
  const yardstick = reference(run.plan?.recipes ?? [])
  const against = yardstick !== recipe && yardstick !== undefined && state?.results[yardstick] ? yardstick : undefined
  return (
    <>
      {state && recipe !== undefined && (
        <DescentFigure run={run} state={state} recipe={recipe} replaying={replaying} moment={moment} />
      )}
      {result && recipe !== undefined && (
        <ColumnsFigure
          layer={layer}
          info={info}
          recipe={recipe}
          moment={moment}
          yardstick={against}
          energy={result.relative > 0 ? result.objective / result.relative : 1}
          of={of}
        />
      )}
      <DiagonalFigure diagonal={info.diagonal} without={info.without} />
      <EigenvalueFigure health={state?.health} solved={state?.solved} identity={state?.identity} />
    </>
  )
})
