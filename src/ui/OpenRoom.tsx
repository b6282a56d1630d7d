// The room Open model: drop zone, what was found, what it needs, two choices, Start.
import { useState } from 'react'
import { shortCommit } from '../formats/hub.ts'
import { bytes, plural } from '../store/wording.ts'
import type { Advice } from '../worker/answers/advice.ts'
import type { OpenReport } from '../worker/protocol.ts'
import { DropZone } from './DropZone.tsx'
import { FactLine } from './FactLine.tsx'
import { Found } from './open/Found.tsx'
import { HubField } from './open/HubField.tsx'
import { Reading } from './open/Reading.tsx'
import { Refusal } from './open/Refusal.tsx'
import { Strip } from './Strip.tsx'
import { Unkept } from './open/Unkept.tsx'
import { useAdvice } from './open/plan-answer.ts'
import { useSession } from './session.ts'

export function OpenRoom() {
  const report = useSession((session) => session.report)
  const opening = useSession((session) => session.reading)
  const failure = useSession((session) => session.failure)
  const dropped = useSession((session) => session.source !== 'bundled')
  const hub = useSession((session) => session.source === 'hub')
  const own = dropped ? report : undefined
  const [budget, allow] = useState<number>()
  const asked = useAdvice(own !== undefined, budget)
  return (
    <main className="page open-room" id="main">
      <p className="crumbs">
        your own model
        {own && (
          <>
            {' / '}
            <b className="mono">{own.name}</b>
            {own.files > 0 && ` ${bytes(own.bytes)}, ${plural(own.files, 'file')}`}
            {own.commit !== undefined && `, commit ${shortCommit(own.commit)}`}
          </>
        )}
      </p>
      <h1>{heading(own, opening && dropped, asked.answer)}</h1>
      <p className="lead">
        {hub
          ? 'Nothing is uploaded. The checkpoint is read from its server range by range, one block at a time.'
          : 'Nothing is uploaded. The checkpoint is read from your disk tensor by tensor, one block at a time.'}
      </p>
      {failure && dropped && !own && (
        <Strip tone="error" title="The checkpoint could not be opened.">
          The model opened before is untouched. Mend what the line names, or choose other files.
          <FactLine text={failure.message} />
        </Strip>
      )}
      {opening && dropped && <Reading />}
      {hub && <Unkept />}
      {own && !opening && <Refusal report={own} />}
      {own ? (
        <Found report={own} opening={opening} asked={asked} budget={{ bytes: budget, allow }}>
          <DropZone />
          <HubField />
        </Found>
      ) : (
        <>
          <DropZone large />
          <HubField />
        </>
      )}
    </main>
  )
}

function heading(report: OpenReport | undefined, opening: boolean, advice: Advice | undefined): string {
  if (opening) return 'Reading the checkpoint.'
  if (!report) return 'Open a checkpoint.'
  if (report.folders) return 'Several models. Which one?'
  if (report.from === 'hub' && !report.files) return 'The server did not give this model.'
  if (!report.model) return 'This checkpoint cannot run here yet.'
  if (report.bare)
    return `Matrices without a model. ${advice?.fit.misfits.length ? 'Not all of them fit.' : 'They can be quantized one by one.'}`
  if (!advice) return 'Opened. Two choices, then start.'
  if (advice.fit.misfits.some(({ of }) => of === 'model')) return 'It does not fit this device.'
  if (advice.fit.misfits.length) return 'It fits with a smaller plan.'
  const all = [...report.checks, ...advice.checks]
  if (advice.checks.some(({ status }) => status === 'error')) return 'The plan does not suit it yet.'
  return all.some(({ status }) => status === 'warning')
    ? 'It fits, with a warning. Two choices, then start.'
    : 'It fits. Two choices, then start.'
}
