// How many samples are enough: the held-out loss of a few recipes at 1, 2, 4, … calibration windows.
import { useState } from 'react'
import { useStore } from 'zustand'
import { csv } from '../../../store/csv.ts'
import type { Playground } from '../../../store/playground.ts'
import {
  samplesFinding,
  samplesProgress,
  samplesRows,
  samplesSettings,
  studied,
  studiedFirst,
  type SamplesState,
} from '../../../store/samples.ts'
import { count, list, plural, recipeShort, significant } from '../../../store/wording.ts'
import { Download } from '../../download/Download.tsx'
import { Glyph, recipeClass } from '../../marks.tsx'
import { Segments } from '../../Segments.tsx'
import { Strip } from '../../Strip.tsx'
import { usePlayground, useSession } from '../../session.ts'
import { SamplesChart } from './SamplesChart.tsx'
import { studyOf } from './study.ts'
import '../../charts/tables.css'
import './samples.css'

const MOST = [16, 32, 64, 128] as const
const HELD_OUT = 16

export function Samples() {
  const playground = usePlayground()
  const study = useStore(studyOf(playground).store)
  const rows = samplesRows(study.points)
  const recipes = study.asked?.plan.recipes ?? []
  const leading = studiedFirst(recipes)
  const finding = leading === undefined ? undefined : samplesFinding(rows, leading)
  return (
    <section className="figure samples-figure" aria-label="Samples against loss">
      <header>
        <div>
          <h2>How many samples are enough?</h2>
          <p className="caption">
            {finding ??
              'Recipes calibrate on 1, 2, 4, … windows; each time their loss is measured on windows that none of them sees.'}
          </p>
        </div>
        {rows.length > 0 && <Download name="samples" csv={() => samplesCsv(study)} />}
      </header>
      <Controls study={study} playground={playground} />
      {study.state === 'refused' && (
        <Strip tone="warn" title={`The measurement ended: ${study.problem ?? ''}.`}>
          {rows.length > 0 ? `The ${plural(rows.length, 'size')} measured before that stay below.` : ''}
        </Strip>
      )}
      {rows.length > 0 && study.asked && (
        <>
          <SamplesChart rows={rows} recipes={recipes} sizes={sizesOf(study)} />
          <p className="note">
            At {samplesSettings(study.asked)}, the last of the text, in none of the sizes. Hessians of the unquantized
            model.
          </p>
          <SamplesTable study={study} />
        </>
      )}
    </section>
  )
}

/** Sizes of the axis: those that are there, and while it works those to come. */
function sizesOf({ points, progress }: SamplesState): number[] {
  const most = Math.max(2, progress ? 2 ** (progress.of - 1) : 1, ...points.map(({ windows }) => windows))
  return Array.from({ length: Math.round(Math.log2(most)) + 1 }, (_, i) => 2 ** i)
}

function Controls({ study, playground }: { study: SamplesState; playground: Playground }) {
  const plan = useSession((session) => session.plan)
  const unavailable = useSession((session) => session.unavailable !== undefined || session.recording !== undefined)
  const ready = useSession((session) => session.opened !== undefined)
  const running = useSession((session) => session.state === 'running')
  const model = useSession((session) => session.opened?.model?.name ?? session.bundled)
  const text = useSession((session) => session.calibration?.name)
  const [most, setMost] = useState('64')
  if (unavailable)
    return <p className="empty">This needs WebGPU: a recorded run has no losses of other calibration sizes.</p>
  const recipes = studied(plan.recipes)
  const working = study.state === 'working'
  const start = () => {
    const asked = { plan: { ...plan, recipes }, most: Number(most), heldOut: HELD_OUT, model, ...(text && { text }) }
    void studyOf(playground).measure(asked, playground.texts)
  }
  return (
    <div className="samples-controls" data-not-in-picture>
      <Segments
        label="Calibration windows, up to"
        segments={MOST.map((value) => ({ value: String(value), label: String(value) }))}
        value={most}
        onChange={setMost}
      />
      {working ? (
        <button type="button" className="btn" onClick={() => studyOf(playground).stop()}>
          Stop
        </button>
      ) : (
        <button type="button" className="btn primary" disabled={!ready} onClick={start}>
          {study.points.length ? 'Measure again' : `Measure ${list(recipes.map(recipeShort))}`}
        </button>
      )}
      <p className="samples-progress" role="status">
        {working
          ? study.progress
            ? samplesProgress(study.progress)
            : running
              ? 'Waiting for the run to end or pause'
              : 'Starting'
          : study.state === 'stopped'
            ? 'Stopped. What was measured stays.'
            : `${count(Number(most) + HELD_OUT)} windows of ${count(plan.window)} tokens pass the model once. The Hessians of your plan are kept.`}
      </p>
    </div>
  )
}

function SamplesTable({ study }: { study: SamplesState }) {
  const rows = samplesRows(study.points)
  const recipes = study.asked?.plan.recipes ?? []
  return (
    <details className="as-table">
      <summary>As a table</summary>
      <div className="scroller" tabIndex={0} role="region" aria-label="Samples as a table">
        <table>
          <caption>Held-out relative loss, in %</caption>
          <thead>
            <tr>
              <th scope="col">Windows</th>
              <th scope="col" className="number">
                Tokens
              </th>
              {recipes.map((recipe) => (
                <th key={recipe} scope="col" className="number">
                  <span className={`column ${recipeClass(recipe)}`}>
                    <Glyph recipe={recipe} />
                    {recipeShort(recipe)}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ windows, tokens, heldOut }) => (
              <tr key={windows}>
                <th scope="row">{count(windows)}</th>
                <td className="number">{count(tokens)}</td>
                {recipes.map((recipe) => (
                  <td key={recipe} className="number">
                    {heldOut[recipe] === undefined ? '' : significant(100 * heldOut[recipe], 4)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function samplesCsv({ points }: SamplesState): string {
  const head = ['windows', 'tokens', 'recipe', 'held-out relative loss', 'relative loss']
  return csv([
    head,
    ...points.map(({ windows, tokens, recipe, heldOut, seen }) => [windows, tokens, recipe, heldOut, seen]),
  ])
}
