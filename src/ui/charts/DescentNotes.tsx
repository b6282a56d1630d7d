// What stands in the descent chart: the curves, names at the ends, the start, the gap with its bracket and area.
import type { DescentData } from '../../store/curves.ts'
import { recipeShort, signedPercent, significant } from '../../store/wording.ts'
import { Mark, recipeClass } from '../marks.tsx'
import type { DescentFrame } from './descent-frame.ts'
import { type Plot, polyline } from './plot.ts'
import { spread } from './scales.ts'

interface Label {
  recipe: string
  y: number
  height: number
  value: string
  big: boolean
}

interface Props {
  data: DescentData
  plot: Plot
  frame: DescentFrame
  small: boolean
}

export function DescentNotes({ data, plot, frame, small }: Props) {
  const { right, bottom, top, X } = plot
  const Y = (value: number) => plot.Y(Math.min(frame.high, Math.max(frame.low, value)))
  const { challenger, yardstick, gap, start } = data
  const labels: Label[] = [
    { recipe: yardstick, y: Y(1), height: 17, value: '1.0', big: false },
    ...data.curves.map(({ recipe, ratio }) => {
      const big = recipe === challenger
      return { recipe, y: Y(ratio), height: big ? 50 : 17, value: signedPercent(ratio - 1), big }
    }),
  ]
  const places = spread(labels, top - 4, bottom + 4)
  const over = start && start.ratio > frame.high
  const name = start && recipeShort(start.recipe)
  return (
    <g className="notes">
      <text className="axis-title" x={0} y={12}>
        loss ÷ {recipeShort(yardstick)}’s loss
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
        <text className={`label halo ${recipeClass(start.recipe)}`} x={X(0) + 12} y={top + 12}>
          {name} <tspan>lies above this frame, at {significant(start.ratio, 3)}</tspan>
        </text>
      )}
      {data.curves.map(({ recipe, points, x, ratio, live }) => (
        <g key={recipe} className={recipeClass(recipe)}>
          <path className="line" d={outline(points, frame.high, X, Y)} />
          {live && <circle className="live-head" cx={X(x)} cy={Y(ratio)} r={8} />}
          {ratio <= frame.high && <Mark recipe={recipe} x={X(x)} y={Y(ratio)} r={recipe === challenger ? 5.4 : 4.4} />}
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
  return polyline([...entry, ...points.slice(first)].map(({ x, y }) => [X(x), Y(y)]))
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
  const end = inside[inside.length - 1].x
  const path = polyline([
    [X(from), Y(1)],
    ...inside.map(({ x, y }) => [X(x), Y(Math.min(1, y))] as const),
    [X(end), Y(1)],
  ])
  return <path className={`gap ${recipeClass(name)}`} d={`${path}Z`} />
}
