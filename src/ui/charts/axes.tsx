// What the charts share: plain texts at the ticks (recharts would measure its own in the document), and lines.
import { Curve } from 'recharts'
import { recipeClass } from '../marks.tsx'
import { thinned } from './thin.ts'

interface TickProps {
  x: number | string
  y: number | string
  payload: { value: number }
  tickFormatter?: ((value: number, index: number) => string) | undefined
  index: number
}

/** Number left of a y axis. */
export function leftTick({ x, y, payload, tickFormatter, index }: TickProps) {
  return (
    <text x={x} y={y} dy="0.355em" textAnchor="end">
      {tickFormatter ? tickFormatter(payload.value, index) : payload.value}
    </text>
  )
}

/** Number below an x axis. */
export function lowerTick({ x, y, payload }: TickProps) {
  return (
    <text x={x} y={y} dy="0.71em" textAnchor="middle">
      {payload.value}
    </text>
  )
}

/** Properties of a y axis that is a frame with ticks. */
export const valueAxis = ({ low, high, ticks }: { low: number; high: number; ticks: number[] }) =>
  ({
    type: 'number',
    domain: [low, high] as [number, number],
    ticks,
    niceTicks: 'none',
    tick: leftTick,
    interval: 0,
    axisLine: false,
    tickLine: false,
    allowDataOverflow: true,
  }) as const

/** A point in pixels; null leaves a gap. */
export interface Pixel {
  x: number | null
  y: number | null
}

/** The line of a recipe, of at most 500 points. */
export function RecipeLine({ recipe, points, thin }: { recipe: string; points: readonly Pixel[]; thin?: boolean }) {
  return (
    <g className={recipeClass(recipe)}>
      <Curve className={thin ? 'line thin' : 'line'} points={thinned(points)} />
    </g>
  )
}
