// Logo, rooms, what runs where, and the two buttons every room has.
import { useState } from 'react'
import { bytes } from '../store/wording.ts'
import { Icon, Logo } from './icons.tsx'
import { Part } from './Part.tsx'
import { rooms } from './rooms.ts'
import { ShareDialog } from './ShareDialog.tsx'
import { usePlayground, useSession } from './session.ts'
import type { Theme } from './theme.ts'

interface Props {
  theme: Theme
  turnTheme(): void
  share(): void
  shared: string
}

export function TopBar({ theme, turnTheme, share, shared }: Props) {
  const playground = usePlayground()
  const current = useSession(({ room }) => room)
  const [sharing, setSharing] = useState(false)
  const big = useSession(({ view }) => view.big)
  return (
    <header className="topbar">
      <a className="skip" href="#main">
        Skip to the figures
      </a>
      <div className="page">
        <span className="brand">
          <Logo />
          <span>
            CDQuant <span>Playground</span>
          </span>
        </span>
        <Part name="nav">
          <nav className="tabs" aria-label="Rooms">
            {rooms.map(({ room, title }) => (
              <button
                key={room}
                type="button"
                aria-current={room === current ? 'page' : undefined}
                onClick={() => playground.go(room)}
              >
                {title}
              </button>
            ))}
          </nav>
        </Part>
        <span className="grow" />
        <Facts />
        <button
          type="button"
          className="btn"
          onClick={() => {
            share()
            setSharing(true)
          }}
          aria-label="Share: copy a link to this plan"
          aria-haspopup="dialog"
        >
          <Icon name={shared ? 'check' : 'share'} />
          <span className="hide-small">{shared || 'Share'}</span>
        </button>
        <button
          type="button"
          className="btn square hide-small"
          onClick={() => playground.look({ big: !big })}
          aria-pressed={big}
          aria-label="Projector type"
          title="Larger type, for a projector (B)"
        >
          <Icon name="expand" />
        </button>
        <button
          type="button"
          className="btn square"
          onClick={turnTheme}
          aria-label={`Theme: ${theme}`}
          title={`Theme: ${theme} (T)`}
        >
          <Icon name="theme" />
        </button>
      </div>
      {sharing && <ShareDialog onClose={() => setSharing(false)} />}
    </header>
  )
}

function Facts() {
  const adapter = useSession((session) => session.adapter)
  const recording = useSession((session) => session.recording !== undefined)
  const [open, setOpen] = useState(false)
  return (
    <div className="facts">
      {adapter && (
        <span
          className={recording ? 'fact' : adapter.software ? 'fact warn' : 'fact ok'}
          title={`Largest buffer ${bytes(adapter.maxBufferBytes)}, largest binding ${bytes(adapter.maxBindingBytes)}`}
        >
          <Icon name="chip" />
          {recording ? `Recorded on ${adapter.name}` : `${adapter.name} · ${bytes(adapter.maxBindingBytes)} bindings`}
        </span>
      )}
      <button
        type="button"
        className="fact plain"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        onBlur={() => setOpen(false)}
      >
        <Icon name="lock" />
        Stays in this tab
      </button>
      {open && (
        <p className="pop">
          Models and texts are read by this tab alone. Nothing is uploaded, and there is no account and no measurement
          of visitors.
        </p>
      )}
    </div>
  )
}
