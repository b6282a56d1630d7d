// Loss against moves per row inside one layer, in units of the yardstick's loss (dashed at 1.0), with the gap to it.
import { useState } from 'react'
import { type DescentData, unite } from '../../store/curves.ts'
import { recipeShort, significant } from '../../store/wording.ts'
import { Mark, recipeClass } from '../marks.tsx'
import { useWidth } from '../width.ts'
import { descentFrame } from './descent-frame.ts'
import { DescentNotes } from './DescentNotes.tsx'
import { nearest, type Plot, plotOf } from './plot.ts'
import { decimals } from './scales.ts'
import { Grid, Surface, Tip } from './Surface.tsx'

export default function DescentChart({ data, title }: { data: DescentData; title: string }) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const height = width < 440 ? 330 : 400
  return (
    <div ref={ref} className="chart" style={{ height }}>
      {width > 0 && <Drawing data={data} title={title} width={width} height={height} />}
    </div>
  )
}

interface DrawingProps {
  data: DescentData
  title: string
  width: number
  height: number
}

function Drawing({ data, title, width, height }: DrawingProps) {
  /** Moves per row that are pointed at. */
  const [pointed, setPointed] = useState<number>()
  const small = width < 440
  const frame = descentFrame(data)
  const plot = plotOf({
    width,
    height,
    margin: { left: 42, right: small ? 92 : 124, top: 26, bottom: 48 },
    x: { low: 0, high: frame.width },
    y: frame,
  })
  // Only looked for when somebody points at it.
  const rows = pointed === undefined ? [] : unite(data.curves)
  const xs = rows.map(({ x }) => x)
  const row = pointed === undefined ? undefined : rows[nearest(xs, pointed)]
  const walk = (by: number) => {
    const all = unite(data.curves).map(({ x }) => x)
    const from = pointed === undefined ? -1 : nearest(all, pointed)
    setPointed(all[Math.min(all.length - 1, Math.max(0, from + by))])
  }
  return (
    <>
      <Surface
        plot={plot}
        title={title}
        onPoint={(x) => setPointed(x === undefined ? undefined : plot.xAt(x))}
        onWalk={walk}
      >
        <Grid plot={plot} ticks={frame.ticks} format={(tick) => tick.toFixed(decimals(frame.ticks))} />
        <MovesAxis plot={plot} ticks={frame.xTicks} />
        <path
          className={`reference ${recipeClass(data.yardstick)}`}
          d={`M${plot.left} ${plot.Y(1).toFixed(1)}H${plot.right}`}
        />
        {row && <path className="cursor" d={`M${plot.X(row.x).toFixed(1)} ${plot.top}V${plot.bottom}`} />}
        <DescentNotes data={data} plot={plot} frame={frame} small={small} />
        {row &&
          data.curves.map(
            ({ recipe }) =>
              row[recipe] <= frame.high && (
                <Mark key={recipe} recipe={recipe} x={plot.X(row.x)} y={plot.Y(row[recipe])} r={3.5} />
              ),
          )}
      </Surface>
      {row && (
        <Tip
          plot={plot}
          x={plot.X(row.x)}
          head={`${significant(row.x, 3)} moves per row`}
          lines={data.curves
            .filter(({ recipe }) => row[recipe] !== undefined)
            .map(({ recipe }) => ({
              recipe,
              value: `${significant(row[recipe], 4)} × ${recipeShort(data.yardstick)}`,
            }))}
        />
      )}
    </>
  )
}

function MovesAxis({ plot, ticks }: { plot: Plot; ticks: readonly number[] }) {
  const { left, right, bottom, X } = plot
  return (
    <g>
      <path
        className="base"
        d={`M${left} ${bottom}H${right}${ticks.map((tick) => `M${X(tick)} ${bottom}v6`).join('')}`}
      />
      {ticks.map((tick) => (
        <text key={tick} x={X(tick)} y={bottom + 19} textAnchor="middle">
          {tick}
        </text>
      ))}
      <text className="axis-title" x={right} y={bottom + 44} textAnchor="end">
        moves per row
      </text>
    </g>
  )
}
