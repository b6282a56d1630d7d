// Held-out loss against calibration windows, both axes logarithmic: one line per recipe, named at its end.
import { memo } from 'react'
import {
  CartesianGrid,
  Line,
  LineChart,
  Tooltip,
  usePlotArea,
  useXAxisScale,
  useYAxisScale,
  XAxis,
  YAxis,
} from 'recharts'
import type { SamplesRow } from '../../../store/samples.ts'
import { count, percentTick, plural, recipeShort, significant } from '../../../store/wording.ts'
import { lowerTick, RecipeLine, valueAxis } from '../../charts/axes.tsx'
import { logFrame, spread } from '../../charts/scales.ts'
import { Tip } from '../../charts/Tip.tsx'
import { Marks, recipeClass } from '../../marks.tsx'
import { useWidth } from '../../width.ts'

interface Props {
  rows: readonly SamplesRow[]
  recipes: readonly string[]
  /** The sizes of the axis, also of those still to come. */
  sizes: readonly number[]
}

export const SamplesChart = memo(function SamplesChart({ rows, recipes, sizes }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const losses = rows.flatMap(({ heldOut }) => Object.values(heldOut)).filter((value) => value > 0)
  const frame = losses.length ? logFrame(Math.min(...losses), Math.max(...losses)) : logFrame(0.01, 0.05)
  const small = width < 480
  const data = sizes.map((windows) => ({ windows, row: rows.find((row) => row.windows === windows) }))
  return (
    <div ref={ref} className="chart samples">
      {width > 0 && (
        <LineChart
          width={width}
          height={small ? 260 : 300}
          data={data}
          margin={{ top: 30, right: small ? 76 : 96, bottom: 22, left: 0 }}
          title="Held-out loss by calibration windows and recipe"
        >
          <XAxis
            type="number"
            dataKey="windows"
            scale="log"
            domain={[sizes[0], sizes[sizes.length - 1]]}
            ticks={[...sizes]}
            niceTicks="none"
            interval={0}
            tick={lowerTick}
            tickLine
            height={28}
          />
          <YAxis {...valueAxis(frame)} width={52} scale="log" tickFormatter={percentTick} />
          <CartesianGrid vertical={false} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ className: 'cursor' }}
            content={({ active, label }) => {
              const row = rows.find(({ windows }) => windows === Number(label))
              if (!row) return null
              const lines = recipes.flatMap((recipe) => {
                const loss = row.heldOut[recipe]
                return loss === undefined ? [] : [{ recipe, value: `${significant(100 * loss, 4)}\u202f%` }]
              })
              const head = `${plural(row.windows, 'window')}, ${count(row.tokens)} tokens`
              return <Tip shown={active ?? false} head={head} lines={lines} />
            }}
          />
          <Line dataKey="windows" hide isAnimationActive={false} />
          <Lines rows={rows} recipes={recipes} r={small ? 3 : 3.6} />
        </LineChart>
      )}
    </div>
  )
})

function Lines({ rows, recipes, r }: { rows: readonly SamplesRow[]; recipes: readonly string[]; r: number }) {
  const scaleX = useXAxisScale()
  const scaleY = useYAxisScale()
  const plot = usePlotArea()
  if (!scaleX || !scaleY || !plot) return null
  const places = (recipe: string) =>
    rows.flatMap(({ windows, heldOut }) => {
      const loss = heldOut[recipe]
      return loss > 0 ? [{ x: scaleX(windows) ?? 0, y: scaleY(loss) ?? 0 }] : []
    })
  const ends = recipes.flatMap((recipe) => {
    const last = places(recipe).at(-1)
    return last ? [{ recipe, ...last, height: 16 }] : []
  })
  const centres = spread(ends, plot.y, plot.y + plot.height)
  return (
    <g className="notes">
      <text className="axis-title" x={0} y={14}>
        held-out relative loss, mean over the layers, log axis
      </text>
      <text className="axis-title" x={plot.x + plot.width} y={plot.y + plot.height + 42} textAnchor="end">
        calibration windows, log axis
      </text>
      {recipes.map((recipe) => (
        <RecipeLine key={recipe} recipe={recipe} points={places(recipe)} />
      ))}
      {recipes.map((recipe) => (
        <Marks key={recipe} recipe={recipe} r={r} at={places(recipe).map(({ x, y }) => [x, y] as const)} />
      ))}
      {ends.map(({ recipe, x }, i) => (
        <text key={recipe} className={`label halo ${recipeClass(recipe)}`} x={x + 10} y={centres[i] + 4.5}>
          {recipeShort(recipe)}
        </text>
      ))}
    </g>
  )
}
