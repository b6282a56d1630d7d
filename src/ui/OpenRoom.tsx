// The room Open model: drop zone, what was found, what it needs, two choices, Start.
import { bitsWords } from '../store/mix.ts'
import { exportNote } from '../store/notes.ts'
import { bytes, count, plural, recipeShort } from '../store/wording.ts'
import type { OpenReport } from '../worker/protocol.ts'
import { CheckList } from './CheckList.tsx'
import { DropZone } from './DropZone.tsx'
import { FactLine } from './FactLine.tsx'
import { Icon } from './icons.tsx'
import { NumberField } from './NumberField.tsx'
import { LimitBars, MemoryBar } from './ReportBars.tsx'
import { Segments } from './Segments.tsx'
import { Strip } from './Strip.tsx'
import { usePlayground, useSession } from './session.ts'

export function OpenRoom() {
  const report = useSession((session) => session.report)
  const opening = useSession((session) => session.reading)
  const failure = useSession((session) => session.failure)
  const dropped = useSession((session) => session.source === 'dropped')
  const own = dropped ? report : undefined
  return (
    <main className="page open-room" id="main">
      <p className="crumbs">
        your own model
        {own && (
          <>
            {' / '}
            <b className="mono">{own.name}</b> {bytes(own.bytes)}, {plural(own.files, 'file')}
          </>
        )}
      </p>
      <h1>{heading(own, opening)}</h1>
      <p className="lead">
        Nothing is uploaded. The checkpoint is read from your disk tensor by tensor, one block at a time.
      </p>
      {failure && dropped && !own && (
        <Strip tone="error" title="The checkpoint could not be opened.">
          The model opened before is untouched. Mend what the line names, or choose other files.
          <FactLine text={failure.message} />
        </Strip>
      )}
      {own && !opening && <Refusal report={own} />}
      {own ? <Found report={own} opening={opening} /> : <DropZone large />}
    </main>
  )
}

function heading(report: OpenReport | undefined, opening: boolean): string {
  if (opening) return 'Reading the checkpoint.'
  if (!report) return 'Open a checkpoint.'
  if (!report.model) return 'This checkpoint cannot run here yet.'
  return report.checks.some(({ status }) => status === 'warning')
    ? 'It fits, with a warning. Two choices, then start.'
    : 'It fits. Two choices, then start.'
}

function Refusal({ report }: { report: OpenReport }) {
  const errors = report.checks.filter(({ status }) => status === 'error')
  if (!errors.length) return null
  return (
    <Strip
      tone="error"
      icon="cross"
      title={
        errors.length === 1 ? `${errors[0].subject} stands in the way.` : `${errors.length} things stand in the way.`
      }
    >
      Nothing was loaded; what is open and solved so far stays. Mend what the{' '}
      {errors.length === 1 ? 'line names' : 'lines name'}, or choose other files.
      {errors.map(({ subject, fact }) => (
        <FactLine key={subject + fact} text={fact.startsWith(subject) ? fact : `${subject}: ${fact}`} />
      ))}
    </Strip>
  )
}

function Found({ report, opening }: { report: OpenReport; opening: boolean }) {
  const settled = report.checks.filter(({ status }) => status === 'ok' || status === 'skipped').length
  return (
    <div className="cols">
      <section className="figure span-7" aria-label="What is in it">
        <header>
          <div>
            <h2>What is in it</h2>
            <p className="caption">
              {settled} of {plural(report.checks.length, 'check')} without remark.
            </p>
          </div>
        </header>
        <CheckList checks={report.checks} />
        {report.model && !opening && <Choices report={report} />}
      </section>
      <div className="span-5 stacked">
        <LimitBars report={report} />
        <MemoryBar report={report} />
        <DropZone />
      </div>
    </div>
  )
}

function Choices({ report }: { report: OpenReport }) {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  const gpu = useSession((session) => session.unavailable === undefined && session.recording === undefined)
  const layers = report.layers ?? []
  const columns = layers.map((layer) => layer.columns)
  const narrowest = Math.min(...columns)
  const widest = Math.max(...columns)
  const tokens = plan.samples * plan.window
  const advised = Math.ceil((4 * widest) / plan.window)
  const note = exportNote(plan, layers)
  const groups = [32, 64, 128].map((value) => ({
    value: String(value),
    label: String(value),
    ...(value > narrowest ? { reason: `${value} is larger than a row of ${narrowest} columns` } : {}),
  }))
  return (
    <>
      <div className="choices">
        <div>
          <Segments
            label="Group size"
            segments={[...groups, { value: '0', label: 'row' }]}
            value={String(plan.group)}
            onChange={(value) => playground.change({ group: Number(value) })}
          />
          <p className="reason">
            {note ?? (plan.group ? `${plan.group} columns share a scale; every row divides.` : 'One scale per row.')}
          </p>
        </div>
        <div>
          <NumberField
            label="Calibration windows"
            value={plan.samples}
            min={1}
            max={100_000}
            onCommit={(samples) => playground.change({ samples })}
          />
          <p className="reason">
            {count(tokens)} tokens are {(tokens / widest).toFixed(1)} per column of the widest layer
            {tokens < 4 * widest ? `; 4 are advised, which takes ${plural(advised, 'window')}.` : '; 4 are advised.'}
          </p>
        </div>
      </div>
      <div className="start">
        <button type="button" className="btn primary" disabled={!gpu} onClick={() => playground.run()}>
          <Icon name="run" />
          Start
        </button>
        <p>
          {gpu ? (
            <>
              <b>{bitsWords(plan)}</b>, {plan.recipes.map(recipeShort).join(', ')} on {plural(layers.length, 'layer')}.
            </>
          ) : (
            'This needs WebGPU, which this browser does not offer.'
          )}
        </p>
      </div>
    </>
  )
}
