// One choice among a few, as native radio buttons that look like one control.
import { useId } from 'react'

export interface Segment<T extends string> {
  value: T
  label: string
  /** Why it cannot be chosen. */
  reason?: string
}

interface Props<T extends string> {
  label: string
  segments: readonly Segment<T>[]
  value: T
  onChange(value: T): void
  small?: boolean
  /** Keep the label for assistive technology only. */
  hideLabel?: boolean
}

export function Segments<T extends string>({ label, segments, value, onChange, small, hideLabel }: Props<T>) {
  const id = useId()
  return (
    <div className="field" role="radiogroup" aria-labelledby={id}>
      <span id={id} className={hideLabel ? 'visually-hidden' : 'label'}>
        {label}
      </span>
      <div className={small ? 'segments small' : 'segments'}>
        {segments.map((segment) => (
          <label key={segment.value} title={segment.reason}>
            <input
              type="radio"
              name={id}
              checked={segment.value === value}
              disabled={segment.reason !== undefined}
              onChange={() => onChange(segment.value)}
            />
            <span>{segment.label}</span>
          </label>
        ))}
      </div>
    </div>
  )
}
