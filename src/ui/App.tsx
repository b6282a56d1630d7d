// The page: top bar, plan, one of the rooms, foot; keys, drops and the recording's clock.
import { Suspense, useCallback, useEffect, useState } from 'react'
import { writePlan } from '../store/url.ts'
import { writeView } from '../store/view.ts'
import { Broken } from './Broken.tsx'
import { Choosing } from './Choosing.tsx'
import { copyText } from './clipboard.ts'
import { useDrops } from './drops.ts'
import { KeysDialog } from './KeysDialog.tsx'
import { usePageKeys } from './page-keys.ts'
import { Part } from './Part.tsx'
import { PlanStrip } from './PlanStrip.tsx'
import { RecordingBanner } from './RecordingBanner.tsx'
import { rooms } from './rooms.ts'
import { SavedRun } from './SavedRun.tsx'
import { usePlayground, useSession } from './session.ts'
import { useTheme } from './theme.ts'
import { TopBar } from './TopBar.tsx'

export function App() {
  const room = useSession((session) => session.room)
  const [theme, turnTheme] = useTheme()
  const [shared, share] = useShare()
  const [keysOpen, setKeysOpen] = useState(false)
  const { Room, planned } = rooms.find((one) => one.room === room)!
  const dragging = useDrops()
  usePlanInAddress()
  usePlayerClock()
  useBigType()
  const showKeys = useCallback(() => setKeysOpen(true), [])
  const actions = usePageKeys({ share, turnTheme, showKeys })
  return (
    <>
      <TopBar theme={theme} turnTheme={turnTheme} share={share} shared={shared} />
      {room !== 'open' && planned && (
        <Part name="plan">
          <PlanStrip />
        </Part>
      )}
      <div className="page">
        <SavedRun />
        {room !== 'open' && <RecordingBanner />}
      </div>
      <Choosing>
        <Broken key={room}>
          <Suspense fallback={<main className="page" id="main" aria-busy="true" />}>
            <Room />
          </Suspense>
        </Broken>
      </Choosing>
      <Part name="foot">
        <footer className="foot">
          <div className="page">
            <p>
              Loss is{' '}
              <span className="math">
                tr(<i>E H E</i>
                <sup>T</sup>) ÷ tr(<i>W H W</i>
                <sup>T</sup>)
              </span>{' '}
              over the same calibration tokens for every recipe, undamped.
            </p>
            <p className="keys-hint">
              <kbd>Space</kbd> run or pause <kbd>→</kbd> step <kbd>Esc</kbd> stop{' '}
              <button type="button" className="plain" onClick={() => setKeysOpen(true)}>
                <kbd>?</kbd> all keys
              </button>
            </p>
          </div>
        </footer>
      </Part>
      <KeysDialog open={keysOpen} onClose={() => setKeysOpen(false)} actions={actions} />
      <p className="visually-hidden" aria-live="polite">
        {shared}
      </p>
      {dragging && (
        <div className="dragging" aria-hidden="true">
          Drop a model folder, its files, or a text to calibrate on
        </div>
      )}
    </>
  )
}

/** Copies the address, which carries the plan. */
function useShare(): [string, () => void] {
  const [shared, setShared] = useState('')
  const share = useCallback(() => {
    setShared(copyText(location.href) ? 'Link copied' : 'Copy the address bar')
    setTimeout(() => setShared(''), 2500)
  }, [])
  return [shared, share]
}

/** Keeps the address in step with the plan and with what is looked at. A recorded run is not the user's plan. */
function usePlanInAddress() {
  const plan = useSession((session) => session.plan)
  const room = useSession((session) => session.room)
  const layer = useSession((session) => session.selected)
  const recording = useSession((session) => session.recording !== undefined)
  const layers = useSession((session) => session.opened?.layers)
  const view = useSession((session) => session.view)
  useEffect(() => {
    const search = writeView(room, layer, view, recording ? location.search : writePlan(plan, location.search, layers))
    history.replaceState(null, '', `${location.pathname}${search}${location.hash}`)
  }, [plan, room, layer, view, recording, layers])
}

/** Projector type is an attribute of the document, so that tokens.css can answer it. */
function useBigType() {
  const big = useSession((session) => session.view.big)
  useEffect(() => {
    document.documentElement.toggleAttribute('data-big', big)
  }, [big])
}

/** Plays a recording in the time of the viewer. */
function usePlayerClock() {
  const playground = usePlayground()
  const playing = useSession((session) => session.recording?.playing ?? false)
  useEffect(() => {
    if (!playing) return
    let last = performance.now()
    const timer = setInterval(() => {
      const now = performance.now()
      playground.playback?.advance(now - last)
      last = now
    }, 100)
    return () => clearInterval(timer)
  }, [playing, playground])
}
