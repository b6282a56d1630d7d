// One stage out of a list, as radio buttons with what each does; the chosen one unfolds its options, rule and source.
import { useId } from 'react'
import type { StageChoice } from '../../quantize/recipes.ts'
import type { OptionValue } from '../../store/compose.ts'
import { StageOptions, type AnyStage } from './StageOptions.tsx'

interface Props {
  title: string
  stages: readonly AnyStage[]
  /** Undefined: the first entry, `none`. */
  choice: StageChoice | undefined
  /** An entry for choosing no stage of the list. */
  none?: { title: string; summary: string }
  plans: Readonly<Record<string, OptionValue>>
  onChange(choice: StageChoice | undefined): void
}

export function StageList({ title, stages, choice, none, plans, onChange }: Props) {
  const id = useId()
  const chosen = stages.find(({ name }) => name === choice?.name)
  return (
    <fieldset className="stage-list">
      <legend className="label">{title}</legend>
      {none && (
        <label className="stage">
          <input
            type="radio"
            name={id}
            aria-label={none.title}
            checked={!choice}
            onChange={() => onChange(undefined)}
          />
          <span>
            <b>{none.title}</b>
            <i>{none.summary}</i>
          </span>
        </label>
      )}
      {stages.map(({ name, title: label, summary }) => (
        <label key={name} className="stage">
          <input
            type="radio"
            name={id}
            aria-label={label}
            checked={name === choice?.name}
            onChange={() => onChange({ name })}
            aria-describedby={`${id}-${name}`}
          />
          <span>
            <b>{label}</b>
            <i id={`${id}-${name}`}>{summary}</i>
          </span>
        </label>
      ))}
      {choice && chosen && (
        <details>
          <summary>Rule, source{Object.keys(chosen.options).length ? ', options' : ''}</summary>
          <StageOptions stage={chosen} choice={choice} plans={plans} onChange={onChange} />
        </details>
      )}
    </fieldset>
  )
}
