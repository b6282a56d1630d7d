// What moves in the descent chart: the curves, names at the ends, the start, the gap with its bracket and area.
import { createContext, useContext } from 'react'
import { Curve, useActiveTooltipLabel, useIsTooltipActive, usePlotArea, useXAxisScale, useYAxisScale } from 'recharts'
import { type DescentCurve, type DescentData, valueAt } from '../../store/curves.ts'
import { recipeShort, signedPercent, significant } from '../../store/wording.ts'
import { Mark, recipeClass } from '../marks.tsx'
import type { DescentFrame } from './descent-frame.ts'
import { spread } from './scales.ts'

/** What is drawn at this moment. */
export const DescentContext = createContext<DescentData | undefined>(undefined)

interface Label {
  recipe: string
  y: number
  height: number
  value: string
  big: boolean
}

export function DescentNotes({ frame, small }: { frame: DescentFrame; small: boolean }) {
  const data = useContext(DescentContext)
  const scaleX = useXAxisScale()
  const scaleY = useYAxisScale()
  const plot = usePlotArea()
  const pointed = useActiveTooltipLabel()
  const active = useIsTooltipActive()
  if (!data || !scaleX || !scaleY || !plot) return null
  // A curve may run out of the frame until that follows.
  const X = (value: number) => Math.min(plot.x + plot.width, scaleX(value) ?? 0)
  const Y = (value: number) => scaleY(Math.min(frame.high, Math.max(frame.low, value))) ?? 0
  const { challenger, yardstick, gap, start } = data
  const right = plot.x + plot.width
  const bottom = plot.y + plot.height
  const labels: Label[] = [
    { recipe: yardstick, y: Y(1), height: 17, value: '1.0', big: false },
    ...data.curves.map(({ recipe, ratio }) => {
      const big = recipe === challenger
      return { recipe, y: Y(ratio), height: big ? 50 : 17, value: signedPercent(ratio - 1), big }
    }),
  ]
  const places = spread(labels, plot.y - 4, bottom + 4)
  const over = start && start.ratio > frame.high
  const name = start && recipeShort(start.recipe)
  return (
    <g className="notes">
      <text className="axis-title" x={0} y={12}>
        loss ÷ {recipeShort(yardstick)}’s loss
      </text>
      <text className="axis-title" x={right} y={bottom + 44} textAnchor="end">
        moves per row
      </text>
      <path className={`reference ${recipeClass(yardstick)}`} d={`M${plot.x} ${Y(1)}H${right}`} />
      {challenger !== undefined && <GapArea data={data} X={X} Y={Y} />}
      {data.at !== undefined && <path className="looked-at" d={`M${X(data.at)} ${plot.y}V${bottom}`} />}
      {start && !over && (
        <>
          <Mark recipe={start.recipe} x={X(0)} y={Y(start.ratio)} r={4.8} />
          <text className={`label halo ${recipeClass(start.recipe)}`} x={X(0) + 12} y={Y(start.ratio) + 4}>
            {name} <tspan>{significant(start.ratio, 3)}, where the descents start</tspan>
          </text>
        </>
      )}
      {start && over && (
        <text className={`label halo ${recipeClass(start.recipe)}`} x={X(0) + 12} y={plot.y + 12}>
          {name} <tspan>lies above this frame, at {significant(start.ratio, 3)}</tspan>
        </text>
      )}
      {data.curves.map((curve) => {
        const { recipe, points, x, ratio, live } = curve
        return (
          <g key={recipe} className={recipeClass(recipe)}>
            <Curve className="line" points={outline(points, frame.high, { X, Y })} />
            {live && <Head x={X(x)} y={Y(ratio)} beat={points.length % BEATS} />}
            {active && <Pointed curve={curve} at={Number(pointed)} high={frame.high} X={X} Y={Y} />}
            {ratio <= frame.high && (
              <Mark recipe={recipe} x={X(x)} y={Y(ratio)} r={recipe === challenger ? 5.4 : 4.4} />
            )}
          </g>
        )
      })}
      {labels.map(({ recipe, value, big, y }, i) => (
        <g key={recipe} className={recipeClass(recipe)}>
          {Math.abs(places[i] - y) > 9 && !big && (
            <path className="leader" d={`M${right + 2} ${y}L${right + 9} ${places[i]}`} />
          )}
          {big && gap !== undefined && Math.abs(Y(1) - Y(gap)) > 3 && (
            <path className="bracket" d={`M${right + 2} ${Y(1)}h5V${Y(gap)}h-5`} />
          )}
          {big ? (
            <text className="label" x={right + 13} y={places[i] - 9}>
              {recipeShort(recipe)}
              <tspan className={small ? 'big small' : 'big'} x={right + 13} dy={small ? 20 : 24}>
                {value}
              </tspan>
            </text>
          ) : (
            <text className="label" x={right + 13} y={places[i] + 4.5}>
              {recipeShort(recipe)} <tspan>{small && recipe !== yardstick ? '' : value}</tspan>
            </text>
          )}
        </g>
      ))}
    </g>
  )
}

/** Steps of the pulse at the head of a curve that still falls. */
const BEATS = 4

/** A ring that takes a step with every drawing in which points arrived: motion is data, and costs no frame of its own. */
function Head({ x, y, beat }: { x: number; y: number; beat: number }) {
  return <circle className="live-head" cx={x} cy={y} r={6 + 2.5 * beat} opacity={0.9 - 0.2 * beat} />
}

interface Scales {
  X(value: number): number
  Y(value: number): number
}

/** The point of a curve under the pointer. */
function Pointed({ curve, at, high, X, Y }: Scales & { curve: DescentCurve; at: number; high: number }) {
  const value = valueAt(curve.points, at)
  return value !== undefined && value <= high && <Mark recipe={curve.recipe} x={X(at)} y={Y(value)} r={3.5} />
}

/** The curve from where it comes into the frame, in pixels. */
function outline(points: readonly { x: number; y: number }[], high: number, { X, Y }: Scales) {
  const first = points.findIndex(({ y }) => y <= high)
  if (first < 0) return []
  const [a, b] = [points[first - 1], points[first]]
  const entry = a && a.y > b.y ? [{ x: b.x - ((high - b.y) / (a.y - b.y)) * (b.x - a.x), y: high }] : []
  return [...entry, ...points.slice(first)].map(({ x, y }) => ({ x: X(x), y: Y(y) }))
}

/** The area between the yardstick and the challenger's curve where it is lower. */
function GapArea({ data, X, Y }: Scales & { data: DescentData }) {
  const name = data.challenger as string
  const points = data.curves.find(({ recipe }) => recipe === name)?.points ?? []
  const first = points.findIndex(({ y }) => y < 1)
  if (first < 0) return null
  const before = points[first - 1]
  const inside = points.slice(first)
  const from = before ? before.x + ((before.y - 1) / (before.y - inside[0].y)) * (inside[0].x - before.x) : inside[0].x
  const path = inside.map(({ x, y }) => `L${X(x)} ${Y(Math.min(1, y))}`).join('')
  return (
    <path
      className={`gap ${recipeClass(name)}`}
      d={`M${X(from)} ${Y(1)}${path}L${X(inside[inside.length - 1].x)} ${Y(1)}Z`}
    />
  )
}
