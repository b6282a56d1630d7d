// All keys, on `?`.
import { useEffect, useRef } from 'react'
import type { KeyAction } from './keys.ts'

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
  useEffect(() => {
    if (open) ref.current?.showModal()
    else ref.current?.close()
  }, [open])
  return (
    <dialog ref={ref} className="keys" aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">Keys</h2>
      <dl>
        {actions.map(({ name, what }) => (
          <div key={name}>
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
