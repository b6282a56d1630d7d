// Arrows and endings of the picture of two weights.
import { significant } from '../../store/wording.ts'
import { Mark } from '../marks.tsx'

export type Pixel = readonly [number, number]

/** An arrow in a recipe's colour; `late` and `short`: pixels left out at its ends. */
export function Arrow({
  recipe,
  from,
  to,
  late = 10,
  short = 13,
}: {
  recipe: string
  from: Pixel
  to: Pixel
  late?: number
  short?: number
}) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const length = Math.hypot(dx, dy)
  if (length < late + short + 4) return null
  const [ux, uy] = [dx / length, dy / length]
  const at = (along: number, across: number) =>
    `${(to[0] - ux * along - uy * across).toFixed(1)} ${(to[1] - uy * along + ux * across).toFixed(1)}`
  return (
    <g className={`m-${recipe}`}>
      <path className="line" d={`M${at(length - late, 0)}L${at(short, 0)}`} />
      <path className="arrow-head" d={`M${at(short + 9, 5)}L${at(short, 0)}L${at(short + 9, -5)}`} />
    </g>
  )
}

interface Props {
  name: string
  recipe: string
  loss: number
  at: Pixel
  /** Where the label keeps away from. */
  away: Pixel
  width: number
  small: boolean
  /** All endings at this point; the last of them is named for all. */
  others: readonly string[]
  titles: Readonly<Record<string, string>>
}

/** A mark at the levels a recipe ends with, and its loss. Recipes that end together share one label. */
export function LatticeEnding({ name, recipe, loss, at: [x, y], away, width, small, others, titles }: Props) {
  const r = small ? 7 : 9
  const last = others[others.length - 1] === name
  const wide = small ? 96 : 150
  const left = x < away[0] ? x - 18 > wide : x + 18 + wide > width
  const up = name !== 'gptq'
  const [tx, ty] = [left ? x - 18 : x + 18, up ? y - (small ? 24 : 28) : y + 6]
  return (
    <g className={`m-${recipe}`}>
      {name === 'descent' && <circle className="ending-ring" cx={x} cy={y} r={r + 5} />}
      <Mark recipe={recipe} x={x} y={y} r={r} />
      {last && (
        <text className="label halo" x={tx} y={Math.max(16, ty)} textAnchor={left ? 'end' : 'start'}>
          {others.map((one) => titles[one]).join(', ')}
          <tspan x={tx} dy={small ? 16 : 19}>
            loss {significant(loss, 3)}
          </tspan>
        </text>
      )}
    </g>
  )
}
