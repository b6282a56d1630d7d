// A range with its value in words; arrow keys move it by its step.
import { useId } from 'react'

interface Props {
  label: string
  value: number
  min: number
  max: number
  step?: number
  /** The value as it is read. */
  text: string
  onChange(value: number): void
}

export function Slider({ label, value, min, max, step = 1, text, onChange }: Props) {
  const id = useId()
  return (
    <div className="field slider">
      <label className="label" htmlFor={id}>
        {label} <b>{text}</b>
      </label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={text}
        onChange={({ target }) => onChange(Number(target.value))}
      />
    </div>
  )
}
