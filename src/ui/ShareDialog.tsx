// Share: the link to what is shown, and for teachers what it leaves out, locks and enlarges.
import { useEffect, useId, useRef, useState } from 'react'
import { locks, type Lock, parts, type Part, writeView } from '../store/view.ts'
import { copyText } from './clipboard.ts'
import { Icon } from './icons.tsx'
import { useSession } from './session.ts'

export function ShareDialog({ onClose }: { onClose(): void }) {
  const ref = useRef<HTMLDialogElement>(null)
  const room = useSession((session) => session.room)
  const layer = useSession((session) => session.selected)
  const view = useSession((session) => session.view)
  const [hide, setHide] = useState(view.hide)
  const [lock, setLock] = useState(view.lock)
  const [big, setBig] = useState(view.big)
  const [said, setSaid] = useState('')
  const field = useId()
  useEffect(() => ref.current?.showModal(), [])
  const search = writeView(room, layer, { ...view, hide, lock, big }, location.search)
  const link = `${location.origin}${location.pathname}${search}${location.hash}`
  const copy = () => {
    // A dialog makes the rest of the page inert, so that the text to copy must stand inside it.
    setSaid(copyText(link, ref.current ?? undefined) ? 'Link copied.' : 'Select the link and copy it.')
  }
  return (
    <dialog ref={ref} className="keys share" aria-labelledby={`${field}-title`} onClose={onClose}>
      <h2 id={`${field}-title`}>Share</h2>
      <p>
        The link opens {room === 'lessons' ? 'this lesson at this step' : 'this room'}, with the plan
        {layer === undefined ? '' : ', the layer'} and the seed. Models and texts of your own stay with you.
      </p>
      <div className="share-link">
        <label className="visually-hidden" htmlFor={field}>
          Link
        </label>
        <input id={field} className="number" readOnly value={link} onFocus={({ target }) => target.select()} />
        <button type="button" className="btn primary" onClick={copy} autoFocus>
          <Icon name="copy" />
          Copy link
        </button>
      </div>
      <p className="share-said" role="status">
        {said}
      </p>
      <Ticks<Part>
        title="For a class, leave out"
        all={Object.entries(parts) as [Part, string][]}
        chosen={hide}
        choose={setHide}
      />
      <Ticks<Lock>
        title="Lock these controls"
        all={(Object.keys(locks) as Lock[]).map((name) => [name, locks[name].title])}
        chosen={lock}
        choose={setLock}
      />
      <label className="tick">
        <input type="checkbox" checked={big} onChange={({ target }) => setBig(target.checked)} />
        Projector type
      </label>
      <p className="share-end">
        <button type="button" className="btn" onClick={() => ref.current?.close()}>
          Close
        </button>
      </p>
    </dialog>
  )
}

interface TicksProps<N extends string> {
  title: string
  all: readonly (readonly [N, string])[]
  chosen: readonly N[]
  choose(names: readonly N[]): void
}

function Ticks<N extends string>({ title, all, chosen, choose }: TicksProps<N>) {
  return (
    <fieldset className="ticks">
      <legend>{title}</legend>
      {all.map(([name, what]) => (
        <label key={name} className="tick">
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={({ target }) =>
              choose(all.map(([one]) => one).filter((one) => (one === name ? target.checked : chosen.includes(one))))
            }
          />
          {what}
        </label>
      ))}
    </fieldset>
  )
}
