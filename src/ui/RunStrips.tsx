// What stands between the run bar and the figures when something has to be said: errors, the link, the adapter, the
// calibration.
import { useState } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { runNotes } from '../store/notes.ts'
import { progress } from '../store/progress.ts'
import { bytes, layerName, plural } from '../store/wording.ts'
import { FactLine } from './FactLine.tsx'
import { Strip } from './Strip.tsx'
import { Unkept } from './open/Unkept.tsx'
import { usePlayground, useSession } from './session.ts'

export function RunStrips() {
  const playground = usePlayground()
  const problems = useSession((session) => session.problems)
  return (
    <div className="strips">
      <Failure />
      <Refused />
      {problems.length > 0 && (
        <Strip
          tone="warn"
          title="The link could not be followed in everything."
          actions={
            <button type="button" className="btn" onClick={() => playground.dismissProblems()}>
              Dismiss
            </button>
          }
        >
          {problems.join(' ')}
        </Strip>
      )}
      <FromServer />
      <SoftwareAdapter />
      <Notes />
    </div>
  )
}

/** A failure of a run: what happened, what is kept, what to do, and the line itself. */
export function Failure() {
  const playground = usePlayground()
  const failure = useSession((session) => session.failure)
  const run = useSession((session) => session.run)
  const runnable = useSession((session) => session.unavailable === undefined)
  if (!failure) return null
  const { done } = progress(run)
  const kept = done
    ? `${plural(done, 'layer')} ${done === 1 ? 'is' : 'are'} finished and stay${done === 1 ? 's' : ''} on screen.`
    : ''
  const where = run.working && layerName(run.layers[run.working.layer].facts)
  const words = {
    lost: {
      title: `The system took the GPU away${where ? ` during layer ${done + 1} (${where})` : ''}.`,
      text: `${kept} The Hessians on the GPU are gone; starting again opens the GPU anew.`,
      action: 'Start again',
    },
    input: {
      title: 'This cannot run as it is.',
      text: `${kept} Change what the line below names, then run again.`,
      action: 'Run again',
    },
    internal: {
      title: 'Something broke inside the page.',
      text: `${kept} This is a defect; the line below says where.`,
      action: 'Start again',
    },
  }[failure.kind]
  return (
    <Strip
      tone="error"
      title={words.title}
      actions={
        <>
          {runnable && (
            <button type="button" className="btn primary" onClick={() => playground.run()}>
              {words.action}
            </button>
          )}
          <button type="button" className="btn" onClick={() => playground.dismissFailure()}>
            Dismiss
          </button>
        </>
      }
    >
      {words.text}
      <FactLine text={failure.message} />
    </Strip>
  )
}

/** A checkpoint that was read beside the run and cannot be used. */
function Refused() {
  const playground = usePlayground()
  const refused = useSession((session) => session.refused)
  if (!refused) return null
  return (
    <Strip
      tone="error"
      title={`${refused.name} could not be opened.`}
      actions={
        <>
          <button type="button" className="btn" onClick={() => playground.go('open')}>
            What was found
          </button>
          <button type="button" className="btn" onClick={() => playground.dismissRefusal()}>
            Dismiss
          </button>
        </>
      }
    >
      The model that was open stays, and so does its run.
      <FactLine text={refused.fact} />
    </Strip>
  )
}

/** Weights that come over the network while they are solved: how much has come. */
function FromServer() {
  const hub = useSession(({ openedFrom, recording }) => openedFrom === 'hub' && recording === undefined)
  const going = useSession(({ state }) => state === 'running' || state === 'paused')
  const read = useSession((session) => session.readBytes)
  const size = useSession((session) => session.opened?.bytes ?? 0)
  const kept = useSession((session) => session.unkept === undefined)
  if (!hub || !going) return null
  return (
    <>
      <Strip tone="neutral" title="The weights are read from a server as they are needed.">
        {bytes(read)} have come so far; the model has {bytes(size)}.{' '}
        {kept && 'What has come once is read from this disk from then on.'}
      </Strip>
      <Unkept />
    </>
  )
}

function SoftwareAdapter() {
  const adapter = useSession((session) => session.adapter)
  const recording = useSession((session) => session.recording !== undefined)
  const [hidden, setHidden] = useState(false)
  if (!adapter?.software || recording || hidden) return null
  return (
    <Strip
      tone="warn"
      title={`No graphics card in use: WebGPU runs on the processor (${adapter.name}).`}
      actions={
        <button type="button" className="btn" onClick={() => setHidden(true)}>
          Dismiss
        </button>
      }
    >
      The numbers are the same, the run takes longer. In Chrome, <code>chrome://gpu</code> says why.
    </Strip>
  )
}

function Notes() {
  const texts = useSession(useShallow(({ run }) => runNotes(run).map((note) => JSON.stringify(note))))
  const notes = texts.map((text) => JSON.parse(text) as ReturnType<typeof runNotes>[number])
  return notes.map(({ tone, title, text }) => (
    <Strip key={title + text} tone={tone} title={title}>
      {text}
    </Strip>
  ))
}
