// The options of one stage as a form made from its table, and what the stage does: rule and source.
import { useId } from 'react'
import type { Option, OptionTable } from '../../quantize/options.ts'
import type { StageChoice } from '../../quantize/recipes.ts'
import type { Source } from '../../quantize/stage.ts'
import { withOption, type OptionValue } from '../../store/compose.ts'
import { NumberField } from '../NumberField.tsx'

export interface AnyStage {
  name: string
  title: string
  summary: string
  formula: string
  source: Source
  options: OptionTable
}

interface Props {
  stage: AnyStage
  choice: StageChoice
  /** Options that the plan decides where the recipe does not. */
  plans: Readonly<Record<string, OptionValue>>
  onChange(choice: StageChoice): void
}

export function StageOptions({ stage, choice, plans, onChange }: Props) {
  return (
    <div className="stage-more">
      <p>{stage.summary}</p>
      <p className="formula">{stage.formula}</p>
      <p className="quiet">
        {stage.source.url ? (
          <a href={stage.source.url} target="_blank" rel="noreferrer">
            {stage.source.text}
          </a>
        ) : (
          stage.source.text
        )}
      </p>
      {Object.entries(stage.options).map(([name, option]) => (
        <OptionField
          key={name}
          option={option}
          value={choice.options?.[name] ?? plans[name] ?? option.default}
          onChange={(value) => onChange(withOption(choice, stage.options, name, value))}
        />
      ))}
    </div>
  )
}

function OptionField({
  option,
  value,
  onChange,
}: {
  option: Option
  value: OptionValue
  onChange(value: OptionValue): void
}) {
  const id = useId()
  if (option.kind === 'flag')
    return (
      <label className="tick">
        <input type="checkbox" checked={value === true} onChange={({ target }) => onChange(target.checked)} />
        {option.title}
      </label>
    )
  if (option.kind === 'choice')
    return (
      <div className="field">
        <label className="label" htmlFor={id}>
          {option.title}
        </label>
        <select id={id} className="select" value={String(value)} onChange={({ target }) => onChange(target.value)}>
          {option.choices.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
    )
  return (
    <NumberField
      label={option.title}
      value={Number(value)}
      min={option.min}
      max={option.max}
      real={option.kind === 'real'}
      onCommit={onChange}
    />
  )
}
