// Loss against moves per row inside one layer, in units of the yardstick's loss (dashed at 1.0), with the gap to it.
// The chart itself (axes, and what the pointer finds) is made anew only when a recipe is done or the frame changes, a
// few times a second at most; the curves themselves are drawn by DescentNotes, which reads the data by context.
import { memo } from 'react'
import { CartesianGrid, Line, LineChart, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { type DescentData, type DescentRow, unite } from '../../store/curves.ts'
import { recipeShort, significant } from '../../store/wording.ts'
import { recipeClass } from '../marks.tsx'
import { useKept, usePaced } from '../paced.ts'
import { useWidth } from '../width.ts'
import { descentFrame, type DescentFrame } from './descent-frame.ts'
import { DescentContext, DescentNotes } from './DescentNotes.tsx'
import { decimals } from './scales.ts'
import { Tip } from './Tip.tsx'

const EVERY_MS = 400

export default function DescentChart({ data, title }: { data: DescentData; title: string }) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const small = width < 440
  const height = small ? 330 : 400
  const wanted = descentFrame(data)
  const frame = useKept(wanted, JSON.stringify(wanted))
  const settled = data.curves.filter(({ live }) => !live)
  const key = [data.layer, data.yardstick, ...settled.map(({ recipe }) => recipe)].join(' ')
  const drawn = usePaced(useKept({ rows: unite(settled), recipes: settled.map(({ recipe }) => recipe) }, key), EVERY_MS)
  const described = useKept(title, key)
  return (
    <div ref={ref} className="chart" style={{ height }}>
      {width > 0 && (
        <DescentContext value={data}>
          <Drawing
            {...drawn}
            frame={frame}
            width={width}
            height={height}
            yardstick={data.yardstick}
            title={described}
          />
        </DescentContext>
      )}
    </div>
  )
}

interface DrawingProps {
  rows: readonly DescentRow[]
  recipes: readonly string[]
  frame: DescentFrame
  width: number
  height: number
  yardstick: string
  title: string
}

const Drawing = memo(function Drawing({ rows, recipes, frame, width, height, yardstick, title }: DrawingProps) {
  const small = width < 440
  // Without any row there would be no x axis.
  const data = rows.length ? rows : [0, frame.width].map((x): DescentRow => ({ x }))
  const margin = { top: 26, right: small ? 92 : 124, bottom: 22, left: 0 }
  return (
    <LineChart width={width} height={height} data={data as DescentRow[]} margin={margin} title={title}>
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
        interval={0}
        width={42}
        axisLine={false}
        tickLine={false}
        tickFormatter={(value: number) => value.toFixed(decimals(frame.ticks))}
        allowDataOverflow
      />
      <ReferenceLine y={1} className={`reference ${recipeClass(yardstick)}`} />
      <Tooltip
        isAnimationActive={false}
        cursor={{ className: 'cursor' }}
        content={({ active, label, payload }) => (
          <Tip
            shown={active}
            head={`${significant(Number(label), 3)} moves per row`}
            lines={payload.map((entry) => ({
              recipe: String(entry.name),
              value: `${significant(Number(entry.value), 4)} × ${recipeShort(yardstick)}`,
            }))}
          />
        )}
      />
      {recipes.map((recipe) => (
        <Line
          key={recipe}
          name={recipe}
          dataKey={(row: DescentRow) => row[recipe]}
          className={`${recipeClass(recipe)} ghost`}
          type="linear"
          dot={false}
          activeDot={{ r: 3.5, className: recipeClass(recipe) }}
          isAnimationActive={false}
        />
      ))}
      <DescentNotes frame={frame} small={small} />
    </LineChart>
  )
})
