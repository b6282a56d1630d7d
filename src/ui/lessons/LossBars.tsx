// Losses of a few recipes as bars from 0, under the words of a step.
import { significant } from '../../store/wording.ts'
import { Glyph, recipeClass } from '../marks.tsx'

export interface LossBar {
  recipe: string
  label: string
  value: number
}

interface Props {
  bars: readonly LossBar[]
  label: string
  digits?: number
  /** The value of a full bar; by default the largest. */
  max?: number
}

export function LossBars({ bars, label, digits = 3, max: full }: Props) {
  const max = full ?? Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  return (
    <ul className="bars lesson-bars" aria-label={label}>
      {bars.map(({ recipe, label: name, value }) => (
        <li key={recipe + name} className={recipeClass(recipe)}>
          <span className="name">
            <Glyph recipe={recipe} />
            {name}
          </span>
          <span className="track">
            <span className="bar" style={{ width: `${(value / max) * 100}%` }} />
          </span>
          <span className="value">
            <b>{significant(value, digits)}</b>
          </span>
        </li>
      ))}
    </ul>
  )
}
