// Loss against moves per row inside one layer, in units of the yardstick's loss (dashed at 1.0), with the gap to it.
import { CartesianGrid, Line, LineChart, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import type { DescentData, DescentRow } from '../../store/curves.ts'
import { recipeShort, significant } from '../../store/wording.ts'
import { recipeClass } from '../marks.tsx'
import { useWidth } from '../width.ts'
import { DescentNotes } from './DescentNotes.tsx'
import { decimals, linearFrame, niceCeiling } from './scales.ts'
import { Tip } from './Tip.tsx'

/** A curve may end this far up before the frame follows it; starts above are said in words. */
const TOP = 1.8

export interface DescentFrame {
  low: number
  high: number
  ticks: number[]
  width: number
  xTicks: number[]
}

/** The frame holds every end of a curve and, up to a limit, their starts. */
export function descentFrame(data: DescentData): DescentFrame {
  const ends = data.curves.map(({ ratio }) => ratio)
  const starts = data.rows.length
    ? data.curves.map(({ recipe }) => data.rows.find((row) => recipe in row)?.[recipe] ?? 1)
    : []
  const all = [1, ...ends, ...starts, ...(data.start ? [data.start.ratio] : [])]
  const settled = data.curves.filter(({ live }) => !live).map(({ ratio }) => ratio)
  const limit = Math.max(TOP, ...settled.map((ratio) => 1.05 * ratio))
  const least = Math.min(1, ...ends)
  const frame = linearFrame(least - 0.25 * Math.max(1 - least, 0.1), Math.min(limit, Math.max(...all, 1.1)), 9)
  const span = Math.max(1, ...data.curves.map(({ x }) => x))
  const step = niceCeiling(span / 6)
  const steps = Math.ceil(span / step - 1e-9)
  return {
    ...frame,
    width: step * steps,
    xTicks: Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(6))),
  }
}

export default function DescentChart({ data, title }: { data: DescentData; title: string }) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const small = width < 440
  const height = small ? 330 : 400
  const frame = descentFrame(data)
  const margin = { top: 26, right: small ? 92 : 124, bottom: 22, left: 0 }
  return (
    <div ref={ref} className="chart" style={{ height }}>
      {width > 0 && (
        <LineChart width={width} height={height} data={data.rows as DescentRow[]} margin={margin} title={title}>
          <CartesianGrid vertical={false} />
          <XAxis
            type="number"
            dataKey="x"
            domain={[0, frame.width]}
            ticks={frame.xTicks}
            height={26}
            tickLine
            tickMargin={4}
          />
          <YAxis
            type="number"
            domain={[frame.low, frame.high]}
            ticks={frame.ticks}
            width={42}
            axisLine={false}
            tickLine={false}
            tickFormatter={(value: number) => value.toFixed(decimals(frame.ticks))}
            allowDataOverflow
          />
          <ReferenceLine y={1} className={`reference ${recipeClass(data.yardstick)}`} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ className: 'cursor' }}
            content={({ active, label, payload }) => (
              <Tip
                shown={active}
                head={`${significant(Number(label), 3)} moves per row`}
                lines={payload.map((entry) => ({
                  recipe: String(entry.name),
                  value: `${significant(Number(entry.value), 4)} × ${recipeShort(data.yardstick)}`,
                }))}
              />
            )}
          />
          {data.curves.map(({ recipe }) => (
            <Line
              key={recipe}
              name={recipe}
              dataKey={(row: DescentRow) => row[recipe]}
              className={recipeClass(recipe)}
              type="linear"
              dot={false}
              activeDot={{ r: 3.5, className: recipeClass(recipe) }}
              isAnimationActive={false}
            />
          ))}
          <DescentNotes data={data} frame={frame} small={small} />
        </LineChart>
      )}
    </div>
  )
}
