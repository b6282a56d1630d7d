// A model on the Hugging Face Hub, or on a server with the same addresses. Nothing is requested before Open is pressed;
// the line below the field says what that will be.
import { useId, useState } from 'react'
import { createStore, useStore } from 'zustand'
import { InputError } from '../../formats/errors.ts'
import { hubEndpoint, type HubModel, hubModel } from '../../formats/hub.ts'
import { usePlayground, useSession } from '../session.ts'

/** What was typed stays while the page is open, wherever the field stands. `typed` undefined: what the link says. */
const form = createStore<{ typed: string | undefined; server: string; token: string }>(() => ({
  typed: undefined,
  server: '',
  token: '',
}))

export function HubField() {
  const playground = usePlayground()
  const linked = useSession((session) => session.view.model)
  const requested = useSession((session) => session.own.hub !== undefined)
  // Asked for a token: there is its field.
  const closed = useSession(
    ({ report }) => report?.from === 'hub' && report.checks.some(({ fact }) => /server answered 40[13]/.test(fact)),
  )
  const { typed, server, token } = useStore(form)
  const [refused, setRefused] = useState('')
  const id = useId()
  const text = typed ?? linked ?? ''
  const endpoint = server.trim() || hubEndpoint
  const asked = modelOf(text, endpoint)
  const open = () => {
    setRefused('')
    try {
      playground.opening.hub(text, endpoint, token.trim())
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      setRefused(error.message)
    }
  }
  const waiting = linked !== undefined && typed === undefined && !requested
  return (
    <form
      className="hub"
      aria-label="A model on the Hugging Face Hub"
      onSubmit={(event) => {
        event.preventDefault()
        open()
      }}
    >
      <label className="label" htmlFor={id}>
        Hub id or address
      </label>
      <div className="hub-line">
        <input
          id={id}
          className="hub-text mono"
          value={text}
          placeholder="owner/name"
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          aria-describedby={`${id}-says`}
          onChange={({ target }) => {
            form.setState({ typed: target.value })
            setRefused('')
          }}
        />
        <button type="submit" className={waiting ? 'btn primary' : 'btn'} disabled={!text.trim()}>
          Open
        </button>
      </div>
      <p id={`${id}-says`} className={refused ? 'refused' : 'reason'} role={refused ? 'alert' : undefined}>
        {refused || (waiting ? `The link names this model. ${willAsk(asked)}` : willAsk(asked))}
      </p>
      <p className="reason">
        What is read stays on this disk, where no other site can see it, until another model is opened or this page is
        closed; after a crash, until your next visit.
      </p>
      <details open={closed || undefined}>
        <summary>Other server, access token</summary>
        <div className="hub-more">
          <div>
            <label className="label" htmlFor={`${id}-server`}>
              Server
            </label>
            <input
              id={`${id}-server`}
              className="hub-text mono"
              value={server}
              placeholder={hubEndpoint}
              spellCheck={false}
              autoComplete="off"
              onChange={({ target }) => form.setState({ server: target.value })}
            />
          </div>
          <div>
            <label className="label" htmlFor={`${id}-token`}>
              Access token, for gated models
            </label>
            <input
              id={`${id}-token`}
              className="hub-text mono"
              type="password"
              value={token}
              autoComplete="off"
              aria-describedby={`${id}-token-says`}
              onChange={({ target }) => form.setState({ token: target.value })}
            />
          </div>
        </div>
        <p id={`${id}-token-says`} className="reason">
          The token goes to {asked ? new URL(asked.endpoint).host : 'that server'} and nowhere else. It stays in this
          tab until the tab is closed, and is never part of a link.
        </p>
      </details>
    </form>
  )
}

function modelOf(text: string, endpoint: string): HubModel | undefined {
  try {
    return hubModel(text, endpoint)
  } catch {
    return undefined
  }
}

function willAsk(model: HubModel | undefined): string {
  if (!model) return 'owner/name, owner/name@revision, or the address of a model or of one of its files.'
  const { id, revision, endpoint } = model
  const at = revision === 'main' ? '' : ` at ${revision}`
  return `Open asks ${new URL(endpoint).host} for ${id}${at}; nothing is requested before.`
}
