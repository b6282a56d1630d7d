// The room Compare: what is known of this model on this calibration, bits against loss, and what follows from it.
import { Suspense, useEffect, useMemo } from 'react'
import { fileStem } from '../../store/downloads.ts'
import { compareVerdict } from '../../store/matrix-verdict.ts'
import { recordsCsv, recordsJson } from '../../store/records-files.ts'
import { saveText } from '../clipboard.ts'
import { Icon } from '../icons.tsx'
import { Sentence } from '../Sentence.tsx'
import { usePlayground, useSession } from '../session.ts'
import ParetoChart from './ParetoChart.tsx'
import { useIdentity, useResults } from './results.ts'
import { RunMatrix } from './RunMatrix.tsx'
import { sections } from './sections.ts'
import './compare.css'

export function CompareRoom() {
  const bare = useSession((session) => session.opened?.bare !== undefined && session.recording === undefined)
  return bare ? <NoModel /> : <Comparison />
}

function NoModel() {
  const name = useSession((session) => session.opened?.name ?? '')
  return (
    <main className="page compare" id="main">
      <section className="verdict" aria-label="Verdict">
        <h1>{name} holds matrices without a model.</h1>
        <p>
          Nothing here can be compared by perplexity, calibrated on a text, or made to write. Their losses are in the
          room Play; with config.json and a tokenizer beside them this room opens.
        </p>
      </section>
    </main>
  )
}

function Comparison() {
  const playground = usePlayground()
  const results = useResults()
  const { records, scope, all, fixed } = results
  const plan = useSession((session) => session.plan)
  useIdentity()
  useEffect(() => {
    const stop = (event: KeyboardEvent) => event.key === 'Escape' && playground.matrix.stop()
    addEventListener('keydown', stop)
    return () => removeEventListener('keydown', stop)
  }, [playground])
  const { headline, detail } = useMemo(() => compareVerdict(records, plan, scope, fixed), [records, plan, scope, fixed])
  const stem = () => `${fileStem(playground.store.getState().run).replace(/-[^-]+-[^-]+$/, '')}-results`
  return (
    <main className="page compare" id="main">
      <div className="compare-head">
        <section className="verdict" aria-label="Verdict">
          <h1>
            <Sentence words={headline} />
          </h1>
          <p>{detail}</p>
        </section>
        <div className="chips">
          <button
            type="button"
            className="btn"
            disabled={!all.length}
            title="Every kept result of this model as a table"
            onClick={() => saveText(`${stem()}.csv`, 'text/csv', recordsCsv(all))}
          >
            <Icon name="download" />
            CSV
          </button>
          <button
            type="button"
            className="btn"
            disabled={!all.length}
            title="Every kept result of this model with all its layers"
            onClick={() => saveText(`${stem()}.json`, 'application/json', recordsJson(all))}
          >
            <Icon name="download" />
            JSON
          </button>
        </div>
      </div>
      <div className="cols">
        <RunMatrix results={results} />
        <ParetoChart results={results} />
        {sections.map(({ name, Section }) => (
          <Suspense key={name} fallback={null}>
            <Section />
          </Suspense>
        ))}
      </div>
    </main>
  )
}
