// The chain of steps in order: each can be removed, moved and unfolded; below it the steps to add.
import { useState } from 'react'
import type { StageChoice } from '../../quantize/recipes.ts'
import { steps } from '../../quantize/steps/index.ts'
import type { OptionValue } from '../../store/compose.ts'
import { Icon } from '../icons.tsx'
import { StageOptions } from './StageOptions.tsx'

interface Props {
  chain: readonly StageChoice[]
  plans: Readonly<Record<string, OptionValue>>
  onChange(chain: StageChoice[]): void
}

export function StepChain({ chain, plans, onChange }: Props) {
  const [open, setOpen] = useState<number>()
  const shown = open === undefined ? undefined : chain[open]
  const stage = steps.find(({ name }) => name === shown?.name)
  const replace = (place: number, ...by: StageChoice[]) => onChange(chain.toSpliced(place, 1, ...by))
  const swap = (place: number) => {
    onChange(chain.toSpliced(place, 2, chain[place + 1], chain[place]))
    setOpen(undefined)
  }
  return (
    <div className="stage-list">
      <span className="label">Steps, in order</span>
      <ol className="chain" aria-label="Steps of the recipe">
        {chain.map(({ name, options }, place) => (
          <li key={place}>
            {place > 0 && (
              <button
                type="button"
                className="swap"
                aria-label={`Exchange ${chain[place - 1].name} and ${name}`}
                title="Exchange"
                onClick={() => swap(place - 1)}
              >
                →
              </button>
            )}
            <span className="step">
              <button
                type="button"
                aria-expanded={open === place}
                aria-label={`${name}: rule, source and options`}
                onClick={() => setOpen(open === place ? undefined : place)}
              >
                {name}
                {options && <i>{Object.values(options).join(', ')}</i>}
              </button>
              <button
                type="button"
                className="remove"
                aria-label={`Remove ${name}`}
                onClick={() => {
                  replace(place)
                  setOpen(undefined)
                }}
              >
                <Icon name="cross" />
              </button>
            </span>
          </li>
        ))}
        {!chain.length && <li className="quiet">none yet</li>}
      </ol>
      <div className="palette" role="group" aria-label="Steps to add">
        {steps.map(({ name, summary }) => (
          <button
            key={name}
            type="button"
            className="btn small"
            title={summary}
            aria-label={`Add ${name}`}
            onClick={() => onChange([...chain, { name }])}
          >
            + {name}
          </button>
        ))}
      </div>
      {shown && stage && open !== undefined && (
        <StageOptions stage={stage} choice={shown} plans={plans} onChange={(choice) => replace(open, choice)} />
      )}
    </div>
  )
}
