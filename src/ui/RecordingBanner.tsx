// The screen without WebGPU: says what is shown instead, and which browser would run it.
import { useSession } from './session.ts'

const browsers: readonly (readonly [string, string])[] = [
  ['Chrome, Edge', '113 or later'],
  ['Chrome on Android', '121 or later'],
  ['Safari', '26 or later, also on iPhone'],
  ['Firefox', '141 or later on Windows'],
]

export function RecordingBanner() {
  const recording = useSession((session) => session.recording)
  const unavailable = useSession((session) => session.unavailable)
  const adapter = useSession((session) => session.run.adapter?.name)
  const lessons = useSession((session) => session.room === 'lessons')
  // A saved run says what it is itself.
  if (recording?.saved !== undefined || (!recording && unavailable === undefined)) return null
  if (lessons)
    return (
      <section className="recording brief" aria-label="Recording">
        <p>
          <span className="badge">Recording</span> {unavailable !== undefined && 'This browser has no WebGPU. '}Where a
          lesson speaks of a run, it shows one recorded on {adapter ?? 'another machine'}; all else is computed here.
        </p>
      </section>
    )
  return (
    <section className="recording" aria-label="Recording">
      <div>
        {recording && <span className="badge">Recording</span>}
        <h2>{heading(unavailable !== undefined, recording && (adapter ?? 'another machine'))}</h2>
        <p>
          {recording
            ? 'Everything below responds: play, pause, scrub, step, look at any layer. Only new runs need WebGPU.'
            : 'A recorded run is being loaded.'}
        </p>
      </div>
      {unavailable !== undefined && (
        <div>
          <p className="label">WebGPU is in</p>
          <ul>
            {browsers.map(([name, version]) => (
              <li key={name}>
                <b>{name}</b> {version}
              </li>
            ))}
          </ul>
          <p className="reason">Here: {unavailable}.</p>
        </div>
      )}
    </section>
  )
}

function heading(without: boolean, recordedOn: string | undefined): string {
  if (!recordedOn) return 'This browser has no WebGPU.'
  if (!without) return `You are watching a run recorded on ${recordedOn}.`
  return `This browser has no WebGPU, so you are watching a run recorded on ${recordedOn}.`
}
