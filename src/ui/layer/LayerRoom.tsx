// The room Layer: any layer of a run, by any of its recipes. Weights as pixels, the levels of one group, the error by
// column, the descent to go back in, the Hessian.
import { memo, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { createStore, useStore } from 'zustand'
import { challenger, focusLayer, reference } from '../../store/compare.ts'
import type { Place } from '../../store/layer-place.ts'
import type { LayerState, Run } from '../../store/run.ts'
import type { LayerFacts } from '../../pipeline/events.ts'
import { useLast } from '../same.ts'
import { usePlayground, useSession } from '../session.ts'
import { useAnswer } from './answer.ts'
import { Charts } from './Charts.tsx'
import { DescentFigure } from './DescentFigure.tsx'
import { GroupFigure } from './GroupFigure.tsx'
import { EigenvalueFigure } from './HessianFigures.tsx'
import { LayerHead } from './LayerHead.tsx'
import { MomentBar } from './MomentBar.tsx'
import { useReplay } from './replaying.ts'
import type { Weight } from './WeightMap.tsx'
import { WeightsFigure } from './WeightsFigure.tsx'
import './layer.css'

/** Where one looks stays while the page is open, whatever the layer, the recipe or the room. */
const look = createStore<{ place: Place | undefined; weight: Weight }>(() => ({
  place: undefined,
  weight: { row: 18, column: 0 },
}))

const Levels = memo(GroupFigure)

const recorded =
  'A recorded run holds no weights and no Hessians. Here are its losses, descents and eigenvalues; pixels, levels, errors by column and the way back need a run in this tab.'

export function LayerRoom() {
  const playground = usePlayground()
  const run = useSession((session) => session.run)
  const opened = useSession((session) => session.opened)
  const plan = useSession((session) => session.plan)
  const selected = useSession((session) => session.selected)
  const asked = useSession((session) => session.view.recipe)
  const recording = useSession((session) => session.recording !== undefined)
  const layers = run.plan ? run.order.map((layer) => run.layers[layer].facts) : (opened?.layers ?? [])
  const shown = selected ?? focusLayer(run)
  const facts = layers.find(({ layer }) => layer === shown) ?? layers[0]
  const state = facts && run.layers[facts.layer]
  const recipes = run.plan?.recipes ?? plan.recipes
  const recipe = recipes.includes(asked ?? '') ? asked : (challenger(recipes) ?? reference(recipes))
  const begun = state !== undefined && Object.keys(state.results).length > 0
  // A room about one layer does not run on to the next under the reader's eyes.
  useEffect(() => {
    if (selected === undefined && begun) playground.select(facts.layer)
  }, [selected, begun, facts, playground])
  if (!facts)
    return (
      <main className="page layer-room" id="main">
        <div className="pagehead">
          <h1>Opening the model.</h1>
        </div>
      </main>
    )
  return (
    <main className="page layer-room" id="main">
      <LayerHead
        run={run}
        model={run.model?.name ?? opened?.model?.name ?? ''}
        layers={layers}
        facts={facts}
        state={state}
        recipes={recipes}
        recipe={recipe}
        pick={(name) => playground.look({ recipe: name })}
      />
      {!recording && !run.plan && (
        <p className="invite">
          No run has solved this layer yet: there are its weights, and nothing to compare them with.{' '}
          <button type="button" className="btn primary" onClick={() => playground.run()}>
            Run
          </button>
        </p>
      )}
      {recording ? (
        <Recorded run={run} state={state} recipe={recipe} />
      ) : (
        <Figures run={run} facts={facts} recipe={recipe} />
      )}
    </main>
  )
}

interface FiguresProps {
  run: Run
  facts: LayerFacts
  recipe: string | undefined
}

function Figures({ run, facts: wanted, recipe }: FiguresProps) {
  const opened = useSession((session) => session.opened)
  const { place, weight } = useStore(look)
  const tokens = run.layers[wanted.layer]?.tokens
  const reading = useAnswer('layer', { layer: wanted.layer }, tokens ?? opened)
  const read = reading.asked?.layer === wanted.layer ? reading.answer : undefined
  // Until the layer that is wanted has been read, the one before stays.
  const ready = useLast(useMemo(() => read && { info: read, facts: wanted }, [read, wanted]))
  const facts = ready?.facts ?? wanted
  const { layer, rows, columns } = facts
  const [then, setThen] = useState<{ layer: string; recipe: string | undefined; moment: number | undefined }>()
  const moment = then?.layer === layer && then.recipe === recipe ? then.moment : undefined
  const state = run.layers[layer]
  const result = recipe === undefined ? undefined : state?.results[recipe]
  const solver = result ? recipe : undefined
  const at = { row: Math.min(rows - 1, weight.row), column: Math.min(columns - 1, weight.column) }
  const asked = { layer, ...(solver !== undefined && { recipe: solver, ...(moment !== undefined && { moment }) }) }
  const of = result ?? opened
  const { answer: group } = useAnswer('layer-group', { ...asked, ...at }, of)
  const replaying = useReplay(state, recipe ?? '', ready?.info.without)
  const { replay, words, want } = replaying
  const charted = useMemo(
    () =>
      ready && {
        run,
        layer,
        info: ready.info,
        state,
        recipe,
        moment,
        replaying: { words, ...(replay && { replay }), ...(want && { want }) },
        of,
      },
    [run, layer, ready, state, recipe, moment, replay, words, want, of],
  )
  const later = useDeferredValue(charted)
  const { column } = at
  // Pixels first: the dots of a group take longer to draw.
  const levels = useDeferredValue(useMemo(() => group && { group, recipe: solver, column }, [group, solver, column]))
  if (!ready || !charted) return <p className="empty">{reading.problem ?? 'Reading the weights …'}</p>
  const { info } = ready
  return (
    <div className="cols">
      <WeightsFigure
        layer={layer}
        info={info}
        recipe={solver}
        moment={moment}
        bits={result?.bits ?? run.plan?.bits ?? 3}
        place={place}
        setPlace={(next) => look.setState({ place: next })}
        selected={at}
        select={(next) => look.setState({ weight: next })}
        group={group && { from: group.from, width: group.weights.length }}
        of={of}
      />
      {levels && <Levels {...levels} />}
      <Charts charted={later ?? charted} />
      {replay && result && solver !== undefined && replay.moments.length > 1 && (
        <MomentBar
          replay={replay}
          recipe={solver}
          result={result}
          moment={moment}
          setMoment={(next) => setThen({ layer, recipe, moment: next })}
        />
      )}
    </div>
  )
}

/** What a recording can show of a layer. */
function Recorded({ run, state, recipe }: Omit<FiguresProps, 'facts'> & { state: LayerState | undefined }) {
  return (
    <div className="cols">
      <p className="invite span-12">{recorded}</p>
      {state && recipe !== undefined && (
        <DescentFigure run={run} state={state} recipe={recipe} replaying={{ words: '' }} moment={undefined} />
      )}
      <EigenvalueFigure health={state?.health} solved={state?.solved} identity={state?.identity} />
    </div>
  )
}
