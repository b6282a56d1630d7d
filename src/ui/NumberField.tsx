// A number the user types: taken on Enter or when the field is left, refused with what is allowed.
import { useId, useState } from 'react'

interface Props {
  label: string
  hideLabel?: boolean
  placeholder?: string
  value: number | undefined
  min: number
  max: number
  /** Whole numbers unless told. */
  real?: boolean
  onCommit(value: number): void
}

export function NumberField({ label, hideLabel, placeholder, value, min, max, real, onCommit }: Props) {
  const id = useId()
  const [draft, setDraft] = useState<string>()
  const [refused, setRefused] = useState('')
  const commit = () => {
    setDraft(undefined)
    setRefused('')
    const asked = Number(draft)
    if (draft === undefined || draft.trim() === '' || asked === value) return
    if (asked >= min && asked <= max && (real || Number.isInteger(asked))) onCommit(asked)
    else
      setRefused(
        `${label} is ${draft}; allowed: ${real ? '' : 'whole numbers '}from ${min} to ${max.toLocaleString('en-US')}.`,
      )
  }
  return (
    <div className="field">
      <label className={hideLabel ? 'visually-hidden' : 'label'} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className="number"
        inputMode={real ? 'decimal' : 'numeric'}
        autoComplete="off"
        placeholder={placeholder}
        value={draft ?? value ?? ''}
        aria-describedby={refused ? `${id}-refused` : undefined}
        onChange={({ target }) => setDraft(target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit()
        }}
      />
      {refused && (
        <span id={`${id}-refused`} className="refused" role="alert">
          {refused}
        </span>
      )}
    </div>
  )
}
