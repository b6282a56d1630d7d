// All keys, on `?`, and the switch for those that are single letters.
import { useEffect, useRef } from 'react'
import { type KeyAction, useLetters } from './keys.ts'

export function KeysDialog({
  open,
  onClose,
  actions,
}: {
  open: boolean
  onClose(): void
  actions: readonly KeyAction[]
}) {
  const ref = useRef<HTMLDialogElement>(null)
  const [letters, setLetters] = useLetters()
  useEffect(() => {
    if (open) ref.current?.showModal()
    else ref.current?.close()
  }, [open])
  return (
    <dialog ref={ref} className="keys" aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">Keys</h2>
      <label className="tick">
        <input type="checkbox" checked={letters} onChange={({ target }) => setLetters(target.checked)} />
        Single letters, digits and signs are keys
      </label>
      <dl>
        {actions.map(({ name, what }) => (
          <div key={name} className={!letters && isSign(name) ? 'off' : undefined}>
            <dt>
              <kbd>{name}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="btn" onClick={onClose}>
        Close
      </button>
    </dialog>
  )
}

/** One character on the key, so that the switch concerns it. */
const isSign = (name: string) => name.length === 1 && !'→←'.includes(name)
