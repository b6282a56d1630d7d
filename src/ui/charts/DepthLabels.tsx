// Markers on the lines of a depth panel, its title, and the names at the lines' ends.
import { recipeShort } from '../../store/wording.ts'
import { Marks, recipeClass } from '../marks.tsx'
import { type Part, useDepth } from './depth-context.ts'
import { spread } from './scales.ts'

/** Beyond this many layers markers would only hide the lines. */
const MARKED = 70

export function DepthLabels({ part }: { part: Part }) {
  const depth = useDepth()
  if (!depth) return null
  const { rows, recipes, challenger, frames, small, top, bottom, X, Y } = depth
  const frame = frames[part]
  const lower = part === 'ratio'
  /** Stands at 1.0 in the lower panel. */
  const yardstick = lower ? depth.yardstick : undefined
  const drawn = lower ? recipes.filter((recipe) => recipe !== yardstick && !frames.outside.includes(recipe)) : recipes
  const named = lower
    ? [depth.yardstick, ...drawn]
    : recipes.filter((name) => name === depth.yardstick || name === challenger || name === recipes[0])
  const inside = (value: number) => value >= frame.low && value <= frame.high
  const places = (recipe: string) =>
    rows.flatMap((row) => {
      const value = row[part][recipe]
      return value !== undefined && inside(value) ? [[X(row.index), Y(value)] as const] : []
    })
  const last = rows.findLast((row) => Object.keys(row.loss).length > 0)
  // Names stand in the order of the last layer that all of them have solved.
  const whole = rows.findLast((row) => named.every((recipe) => recipe === yardstick || row[part][recipe] !== undefined))
  const ends = named.flatMap((recipe) => {
    const row = whole ?? rows.findLast((row) => row[part][recipe] !== undefined)
    const value = recipe === yardstick ? 1 : row?.[part][recipe]
    const y = value === undefined ? undefined : Y(Math.min(frame.high, Math.max(frame.low, value)))
    // The yardstick's name stands on its line, not in it.
    return y === undefined ? [] : [{ recipe, y: recipe === yardstick ? y - 10 : y, height: 16 }]
  })
  // The line above is for 'solving …'.
  const centres = spread(ends, top + (lower ? 0 : 22), bottom)
  const x = last && X(last.index) + 12
  return (
    <g className="notes">
      {rows.length <= MARKED &&
        drawn.map((recipe) => <Marks key={recipe} recipe={recipe} at={places(recipe)} r={small ? 2.4 : 3} />)}
      <text className="axis-title" x={0} y={14}>
        {lower ? frames.title : 'relative loss, log axis'}
        {lower && frames.remark && (
          <tspan className="quiet" dx={small ? 0 : 8} {...(small ? { x: 0, dy: 13 } : {})}>
            {frames.remark}
          </tspan>
        )}
      </text>
      {x !== undefined &&
        ends.map(({ recipe }, i) => (
          <text key={recipe} className={`label halo ${recipeClass(recipe)}`} x={x} y={centres[i] + 4.5}>
            {recipeShort(recipe)} {recipe === yardstick && !small && <tspan>is 1.0</tspan>}
          </text>
        ))}
    </g>
  )
}
