// The room Play: run bar, verdict, this layer, every layer, the numbers, the whole model.
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { challenger, focusLayer, reference } from '../store/compare.ts'
import { depthMarks, depthRows, descentData } from '../store/curves.ts'
import { layersCsv } from '../store/downloads.ts'
import { descentCsv } from '../store/figure-tables.ts'
import { count, layerName, moduleName, plural, recipeShort, signedPercent } from '../store/wording.ts'
import { LayerTables } from './charts/LayerTables.tsx'
import { DropZone } from './DropZone.tsx'
import { Download } from './download/Download.tsx'
import { HealthPicture } from './HealthPicture.tsx'
import { LayerTable } from './LayerTable.tsx'
import { Part } from './Part.tsx'
import { PerplexityBars } from './PerplexityBars.tsx'
import { RunBar } from './RunBar.tsx'
import { RunStrips } from './RunStrips.tsx'
import { useLast } from './same.ts'
import { usePlayground, useSession } from './session.ts'
import { VerdictLine } from './VerdictLine.tsx'

const descentChart = () => import('./charts/DescentChart.tsx')
const depthChart = () => import('./charts/DepthChart.tsx')
const DescentChart = lazy(descentChart)
const DepthChart = lazy(depthChart)

/** Fetches the charts while the model opens, so that the first curve finds them ready. */
function useChartsAhead() {
  useEffect(() => {
    // What goes wrong here is told where the chart is drawn.
    Promise.all([descentChart(), depthChart()]).catch(() => {})
  }, [])
}

export function PlayRoom() {
  const shown = useSession((session) => session.selected ?? focusLayer(session.run))
  useChartsAhead()
  return (
    <main className="page play" id="main">
      <Part name="controls">
        <RunBar />
      </Part>
      <RunStrips />
      <Part name="verdict">
        <VerdictLine layer={shown} />
      </Part>
      <div className="cols">
        <Part name="layer">
          <ThisLayer layer={shown} />
        </Part>
        <Part name="layers">
          <EveryLayer layer={shown} />
        </Part>
        <Part name="table">
          <div className="span-8">
            <LayerTable />
          </div>
        </Part>
        <div className="span-4 stacked">
          <Part name="perplexity">
            <PerplexityBars />
          </Part>
          <Part name="drop">
            <DropZone />
          </Part>
        </div>
      </div>
    </main>
  )
}

export function ThisLayer({ layer }: { layer: string | undefined }) {
  const playground = usePlayground()
  const run = useDeferredValue(useSession((session) => session.run))
  const selected = useSession((session) => session.selected !== undefined)
  const data = useMemo(() => descentData(run, layer), [run, layer])
  const state = layer === undefined ? undefined : run.layers[layer]
  const begun = useLast(data) !== undefined
  const waiting = state
    ? `Waiting for the first results in ${moduleName(state.facts.module)}.`
    : 'The descent of the first layer appears here.'
  const yardstick = data && recipeShort(data.yardstick)
  const leading =
    data?.challenger !== undefined && data.gap !== undefined
      ? `${recipeShort(data.challenger)} is at ${signedPercent(data.gap - 1)} of ${yardstick}.`
      : ''
  return (
    <section className="figure span-5" aria-labelledby="this-layer">
      <header>
        <div>
          <h2 id="this-layer">
            This layer{' '}
            {state && (
              <span className="quiet">
                {layerName(state.facts)},{' '}
                <span className="nowrap">
                  {count(state.facts.rows)} × {count(state.facts.columns)}
                </span>
              </span>
            )}
          </h2>
          <p className="caption">
            {yardstick
              ? `Its loss while the descent works, in units of ${yardstick}’s result.`
              : 'Its loss while the descent works.'}
          </p>
        </div>
        {selected && (
          <button type="button" className="btn small" onClick={() => playground.select(undefined)}>
            Follow the run
          </button>
        )}
        <Download
          name="this-layer"
          csv={() => descentCsv(playground.store.getState().run, layer ?? '')}
          disabled={!data}
        />
      </header>
      {data || begun ? (
        <Suspense fallback={<div className="chart descent" />}>
          <DescentChart data={data} finding={data ? `Loss of ${layer} against moves per row. ${leading}` : waiting} />
        </Suspense>
      ) : (
        <p className="empty chart descent">{waiting}</p>
      )}
      {state?.health && <HealthPicture health={state.health} tokensPerColumn={state.health.tokensPerColumn} />}
      <LayerTables data={data} eigenvalues={state?.health?.eigenvalues} />
    </section>
  )
}

export function EveryLayer({ layer }: { layer: string | undefined }) {
  const playground = usePlayground()
  const rows = useDeferredValue(useSession(useShallow(({ run }) => depthRows(run))))
  const names = useSession(useShallow(({ run }) => run.plan?.recipes ?? []))
  const facts = useSession(useShallow(({ run }) => depthMarks(run).map((mark) => JSON.stringify(mark))))
  const marks = useMemo(() => facts.map((fact) => JSON.parse(fact) as ReturnType<typeof depthMarks>[number]), [facts])
  const working = useSession(({ run }) => (run.working ? run.order.indexOf(run.working.layer) : undefined))
  const select = useCallback((picked: string) => playground.select(picked), [playground])
  const index = rows.findIndex((row) => row.layer === layer)
  const yardstick = reference(names)
  const leading = challenger(names)
  const solved = rows.filter((row) => Object.keys(row.loss).length > 0).length
  return (
    <section className="figure span-7" aria-labelledby="every-layer">
      <header>
        <div>
          <h2 id="every-layer">Every layer</h2>
          <p className="caption">
            The share of each layer’s output energy lost to rounding
            {yardstick && names.length > 1 ? `; below, the same divided by ${recipeShort(yardstick)}’s.` : '.'}
          </p>
        </div>
        <Download name="every-layer" csv={() => layersCsv(playground.store.getState().run)} disabled={!solved} />
      </header>
      {rows.length && yardstick ? (
        <Suspense fallback={<div className="chart depth" />}>
          <DepthChart
            rows={rows}
            recipes={names}
            yardstick={yardstick}
            challenger={leading}
            marks={marks}
            working={working}
            shown={index < 0 ? undefined : index}
            onSelect={select}
            finding={`Relative loss by layer, and the same ÷ ${recipeShort(yardstick)}’s; ${solved} of ${plural(rows.length, 'layer')} solved.`}
          />
        </Suspense>
      ) : (
        <p className="empty chart depth">One point per layer and recipe.</p>
      )}
    </section>
  )
}
