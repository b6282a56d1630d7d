// The screen without WebGPU: says what is shown instead, and which browser would run it.
import { useSession } from './session.ts'

const browsers: readonly (readonly [string, string])[] = [
  ['Chrome, Edge', '113 or later'],
  ['Chrome on Android', '121 or later'],
  ['Safari', '26 or later, also on iPhone'],
  ['Firefox', '141 or later on Windows, 145 on Macs with Apple silicon'],
]

export function RecordingBanner() {
  const recording = useSession((session) => session.recording)
  const unavailable = useSession((session) => session.unavailable)
  const adapter = useSession((session) => session.run.adapter?.name)
  if (!recording) return null
  return (
    <section className="recording" aria-label="Recording">
      <div>
        <span className="badge">Recording</span>
        <h2>
          {unavailable === undefined
            ? `You are watching a run recorded on ${adapter ?? 'another machine'}.`
            : `This browser has no WebGPU, so you are watching a run recorded on ${adapter ?? 'another machine'}.`}
        </h2>
        <p>Everything below responds: play, pause, scrub, step, look at any layer. Only new runs need WebGPU.</p>
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
