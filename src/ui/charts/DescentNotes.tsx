// What moves in the descent chart: the curves, names at the ends, the start, the gap with its bracket and area.
import { createContext, useContext } from 'react'
import { usePlotArea, useXAxisScale, useYAxisScale, ZIndexLayer } from 'recharts'
import type { DescentData } from '../../store/curves.ts'
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
  if (!data || !scaleX || !scaleY || !plot) return null
  const X = (value: number) => scaleX(value) ?? 0
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
    <ZIndexLayer zIndex={1500}>
      <g className="notes">
        <text className="axis-title" x={0} y={12}>
          loss ÷ {recipeShort(yardstick)}’s loss
        </text>
        <text className="axis-title" x={right} y={bottom + 44} textAnchor="end">
          moves per row
        </text>
        {challenger !== undefined && <GapArea data={data} X={X} Y={Y} />}
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
        {data.curves.map(({ recipe, points, x, ratio, live }) => (
          <g key={recipe} className={recipeClass(recipe)}>
            <path className="line" d={outline(points, frame.high, X, Y)} />
            {live && <circle className="live-head" cx={X(x)} cy={Y(ratio)} r={8} />}
            {ratio <= frame.high && (
              <Mark recipe={recipe} x={X(x)} y={Y(ratio)} r={recipe === challenger ? 5.4 : 4.4} />
            )}
          </g>
        ))}
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
    </ZIndexLayer>
  )
}

/** The curve from where it comes into the frame. */
function outline(
  points: readonly { x: number; y: number }[],
  high: number,
  X: (value: number) => number,
  Y: (value: number) => number,
): string {
  const first = points.findIndex(({ y }) => y <= high)
  if (first < 0) return ''
  const [a, b] = [points[first - 1], points[first]]
  const entry = a && a.y > b.y ? [{ x: b.x - ((high - b.y) / (a.y - b.y)) * (b.x - a.x), y: high }] : []
  return [...entry, ...points.slice(first)]
    .map(({ x, y }, i) => `${i ? 'L' : 'M'}${X(x).toFixed(1)} ${Y(y).toFixed(1)}`)
    .join('')
}

/** The area between the yardstick and the challenger's curve where it is lower. */
function GapArea({ data, X, Y }: { data: DescentData; X(value: number): number; Y(value: number): number }) {
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
