// Run, Pause, Step, Stop; the ruler with one tick per layer; how far, how long, how long still.
import { useEffect, useState } from 'react'
import { activity, progress, statusText } from '../store/progress.ts'
import { aboutDuration } from '../store/estimate-words.ts'
import { bytes, clock, duration } from '../store/wording.ts'
import { Icon } from './icons.tsx'
import { useEstimate } from './open/plan-answer.ts'
import { Ruler } from './Ruler.tsx'
import { SPEEDS } from '../store/player.ts'
import { usePaced } from './same.ts'
import { usePlayground, useSession } from './session.ts'

export function RunBar() {
  const playground = usePlayground()
  const state = useSession((session) => session.state)
  const recording = useSession((session) => session.recording !== undefined)
  const usable = useSession((session) => session.recording !== undefined || session.unavailable === undefined)
  // Before the first model is there, nothing can begin.
  const early = useSession((session) => session.reading && !session.opened && !session.recording)
  const idle = !usable || early || state === 'opening'
  const going = state === 'running'
  const busy = going || state === 'paused'
  return (
    <section className="runbar" aria-label="Run controls">
      <div className="buttons">
        {going ? (
          <button type="button" className="btn primary" aria-label="Pause" onClick={() => playground.pause()}>
            <Icon name="pause" />
            <span className="word">Pause</span>
            <kbd aria-hidden="true">Space</kbd>
          </button>
        ) : (
          <button
            type="button"
            className="btn primary"
            aria-label="Run"
            disabled={idle}
            onClick={() => playground.run()}
          >
            <Icon name="run" />
            <span className="word">Run</span>
            <kbd aria-hidden="true">Space</kbd>
          </button>
        )}
        <button
          type="button"
          className="btn"
          aria-label="Step"
          title="Work to the end of the next layer, then pause (→)"
          disabled={idle}
          onClick={() => playground.step()}
        >
          <Icon name="step" />
          <span className="word">Step</span>
        </button>
        <button
          type="button"
          className="btn"
          aria-label="Stop"
          title="Stop and free the GPU; finished layers stay (Esc)"
          disabled={!busy || recording}
          onClick={() => playground.stop()}
        >
          <Icon name="stop" />
          <span className="word">Stop</span>
        </button>
      </div>
      <Ruler />
      <Times />
    </section>
  )
}

/** Work time since the last event, for a clock that does not stand still between events. */
function useSince(at: number, going: boolean): number {
  const [clock, setClock] = useState({ at, ms: 0 })
  useEffect(() => {
    if (!going) return
    const began = performance.now()
    const timer = setInterval(() => setClock({ at, ms: performance.now() - began }), 250)
    return () => clearInterval(timer)
  }, [at, going])
  return going && clock.at === at ? clock.ms : 0
}

/** While a run goes on, its state is spoken no more often than this. */
const SPOKEN_MS = 4000

function Times() {
  const run = useSession((session) => session.run)
  const state = useSession((session) => session.state)
  const liveBytes = useSession((session) => session.liveBytes)
  const recording = useSession((session) => session.recording !== undefined)
  const saved = useSession((session) => session.recording?.saved !== undefined)
  const going = state === 'running' && run.phase !== 'finished'
  const since = useSince(run.at, going && !recording)
  const { remainingMs } = progress(run)
  const left = remainingMs === undefined ? undefined : Math.max(0, remainingMs - since)
  const status = statusText(run, state, saved ? 'saved' : recording)
  const over = state === 'stopped' || state === 'finished'
  const { answer } = useEstimate(state === 'idle' && run.phase === 'waiting')
  const ahead = state === 'idle' && answer?.estimate?.totalMs
  return (
    <div className="times">
      <p>
        <b aria-hidden="true">{status}</b>
        <span className="visually-hidden" role="status">
          <Spoken key={String(going)} status={status} everyMs={going ? SPOKEN_MS : 0} />
        </span>
        {run.phase !== 'finished' && run.at > 0 && (
          <span className="hide-small"> · {duration(run.at + since, true)}</span>
        )}
      </p>
      <p>
        {recording ? (
          <PlayerTimes />
        ) : (going || state === 'paused') && left !== undefined ? (
          left < 1000 ? (
            'almost done'
          ) : (
            `about ${duration(Math.ceil(left / 1000) * 1000)} left`
          )
        ) : over ? (
          `${bytes(liveBytes)} held on the GPU`
        ) : going ? (
          activity(run)
        ) : ahead ? (
          `about ${aboutDuration(ahead)} on this device`
        ) : (
          ''
        )}
      </p>
    </div>
  )
}

/** The state for assistive technology. A new key speaks at once. */
function Spoken({ status, everyMs }: { status: string; everyMs: number }) {
  return usePaced(status, everyMs)
}

function PlayerTimes() {
  const playground = usePlayground()
  const recording = useSession((session) => session.recording)
  if (!recording) return null
  return (
    <>
      {clock(recording.at)} of {clock(recording.length)}{' '}
      <label className="speed">
        <span className="visually-hidden">Speed</span>
        <select value={recording.speed} onChange={({ target }) => playground.playback?.setSpeed(Number(target.value))}>
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speed} ×
            </option>
          ))}
        </select>
      </label>
    </>
  )
}
