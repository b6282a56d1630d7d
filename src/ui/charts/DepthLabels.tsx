// Markers on the lines of a depth panel, its title, and the names at the lines' ends.
import { usePlotArea, useXAxisScale, useYAxisScale, ZIndexLayer } from 'recharts'
import type { DepthRow } from '../../store/curves.ts'
import { recipeShort } from '../../store/wording.ts'
import { Marks, recipeClass } from '../marks.tsx'
import { spread } from './scales.ts'

/** Beyond this many layers markers would only hide the lines. */
const MARKED = 70

interface Props {
  title: string
  remark?: string
  rows: readonly DepthRow[]
  part: 'loss' | 'ratio'
  /** Recipes with a line, and those with a name at its end. */
  drawn: readonly string[]
  named: readonly string[]
  /** Stands at 1.0. */
  yardstick?: string
  frame: { low: number; high: number }
  small: boolean
}

export function DepthLabels({ title, remark = '', rows, part, drawn, named, yardstick, frame, small }: Props) {
  const scaleX = useXAxisScale()
  const scaleY = useYAxisScale()
  const plot = usePlotArea()
  if (!scaleX || !scaleY || !plot) return null
  const inside = (value: number) => value >= frame.low && value <= frame.high
  const places = (recipe: string) =>
    rows.flatMap((row) => {
      const value = row[part][recipe]
      return value !== undefined && inside(value) ? [[scaleX(row.index) ?? 0, scaleY(value) ?? 0] as const] : []
    })
  const last = rows.findLast((row) => Object.keys(row.loss).length > 0)
  // Names stand in the order of the last layer that all of them have solved.
  const whole = rows.findLast((row) => named.every((recipe) => recipe === yardstick || row[part][recipe] !== undefined))
  const ends = named.flatMap((recipe) => {
    const row = whole ?? rows.findLast((row) => row[part][recipe] !== undefined)
    const value = recipe === yardstick ? 1 : row?.[part][recipe]
    const y = value === undefined ? undefined : scaleY(Math.min(frame.high, Math.max(frame.low, value)))
    // The yardstick's name stands on its line, not in it.
    return y === undefined ? [] : [{ recipe, y: recipe === yardstick ? y - 10 : y, height: 16 }]
  })
  // The line above is for 'solving …'.
  const centres = spread(ends, plot.y + (part === 'loss' ? 22 : 0), plot.y + plot.height)
  const x = last && (scaleX(last.index) ?? 0) + 12
  return (
    <ZIndexLayer zIndex={1500}>
      <g className="notes">
        {rows.length <= MARKED &&
          drawn.map((recipe) => <Marks key={recipe} recipe={recipe} at={places(recipe)} r={small ? 2.4 : 3} />)}
        <text className="axis-title" x={0} y={14}>
          {title}
          {remark && (
            <tspan className="quiet" dx={small ? 0 : 8} {...(small ? { x: 0, dy: 13 } : {})}>
              {remark}
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
    </ZIndexLayer>
  )
}
