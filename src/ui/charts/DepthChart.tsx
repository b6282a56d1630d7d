// Every layer, on one x axis: relative loss (log) above, ÷ the yardstick's loss (linear) below.
import { CartesianGrid, Line, LineChart, ReferenceArea, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import type { DepthMark, DepthRow } from '../../store/curves.ts'
import { layerName, percent, percentTick, signedPercent, significant } from '../../store/wording.ts'
import { Mark, recipeClass } from '../marks.tsx'
import { useWidth } from '../width.ts'
import { depthFrames } from './depth-frames.ts'
import { DepthLabels, DepthXAxis, MarkIcons, WorkingLine } from './DepthNotes.tsx'
import { decimals } from './scales.ts'
import { Tip } from './Tip.tsx'

interface Props {
  rows: readonly DepthRow[]
  recipes: readonly string[]
  yardstick: string
  challenger: string | undefined
  marks: readonly DepthMark[]
  /** Index of the layer under way, and of the one shown beside. */
  working: number | undefined
  shown: number | undefined
  onSelect(layer: string): void
  titles: readonly [loss: string, ratio: string]
}

/** Beyond this many layers markers would only hide the lines. */
const MARKED = 70

export default function DepthChart(props: Props) {
  const { rows, recipes, yardstick, challenger, marks, working, shown, onSelect, titles } = props
  const [ref, width] = useWidth<HTMLDivElement>()
  const small = width < 480
  const frames = depthFrames(rows, recipes, yardstick)
  const dots = rows.length <= MARKED
  const right = small ? 64 : 84
  const blocks = new Map<number, [number, number]>()
  for (const { block, index } of rows) blocks.set(block, [blocks.get(block)?.[0] ?? index, index])
  const pick = (label: string | number | undefined) => {
    const row = label === undefined ? undefined : rows[Math.round(Number(label))]
    if (row) onSelect(row.layer)
  }
  const axis = {
    type: 'number',
    dataKey: 'index',
    domain: [-0.5, rows.length - 0.5],
    ticks: rows.map(({ index }) => index),
    interval: 0,
    tick: false,
  } as const
  const bands = [...blocks].flatMap(([block, [from, to]]) =>
    block % 2 ? [<ReferenceArea key={block} x1={from - 0.5} x2={to + 0.5} className="band" />] : [],
  )
  const line = (recipe: string, part: 'loss' | 'ratio') => (
    <Line
      key={recipe}
      name={recipe}
      dataKey={(row: DepthRow) => row[part][recipe]}
      className={recipe === challenger ? recipeClass(recipe) : `${recipeClass(recipe)} thin`}
      type="linear"
      isAnimationActive={false}
      activeDot={{ r: 4, className: recipeClass(recipe) }}
      dot={
        dots &&
        (({ cx, cy, index }: { cx?: number; cy?: number; index?: number }) =>
          cx === undefined || cy === undefined || Number.isNaN(cy) ? (
            <g key={index} />
          ) : (
            <Mark key={index} recipe={recipe} x={cx} y={cy} r={small ? 2.4 : 3} />
          ))
      }
    />
  )
  const head = (label: unknown) => {
    const row = rows[Math.round(Number(label))]
    return row ? layerName(row) : ''
  }
  const others = recipes.filter((recipe) => recipe !== yardstick && !frames.outside.includes(recipe))
  const common = { width, syncId: 'depth', data: rows as DepthRow[], onClick: ({ activeLabel }: { activeLabel?: string | number | undefined }) => pick(activeLabel) } // prettier-ignore
  return (
    <div ref={ref} className="chart depth">
      {width > 0 && (
        <>
          <LineChart
            {...common}
            height={small ? 190 : 200}
            margin={{ top: 30, right, bottom: 0, left: 0 }}
            title={titles[0]}
          >
            {bands}
            <CartesianGrid vertical={false} />
            <XAxis {...axis} height={4} axisLine={false} tickLine={false} />
            <YAxis
              type="number"
              scale="log"
              domain={[frames.loss.low, frames.loss.high]}
              ticks={frames.loss.ticks}
              width={48}
              axisLine={false}
              tickLine={false}
              interval={0}
              tickFormatter={percentTick}
              allowDataOverflow
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ className: 'cursor' }}
              content={({ active, label, payload }) => (
                <Tip
                  shown={active}
                  head={head(label)}
                  lines={payload.map(({ name, value }) => {
                    const against = rows[Math.round(Number(label))]?.ratio[String(name)]
                    const versus = against === undefined ? '' : ` (${signedPercent(against - 1)})`
                    return { recipe: String(name), value: `${significant(Number(value), 4)}${versus}` }
                  })}
                />
              )}
            />
            {recipes.map((recipe) => line(recipe, 'loss'))}
            <WorkingLine rows={rows} working={working} shown={shown} named />
            <MarkIcons marks={marks} />
            <DepthLabels
              title="relative loss, log axis"
              rows={rows}
              part="loss"
              recipes={recipes.filter((name) => name === yardstick || name === challenger || name === recipes[0])}
              frame={frames.loss}
              small={small}
            />
          </LineChart>
          {recipes.length > 1 && (
            <LineChart
              {...common}
              height={240}
              margin={{ top: small ? 44 : 30, right, bottom: 0, left: 0 }}
              title={titles[1]}
            >
              {bands}
              <CartesianGrid vertical={false} />
              <XAxis {...axis} height={40} tickLine={false} />
              <YAxis
                type="number"
                domain={[frames.ratio.low, frames.ratio.high]}
                ticks={frames.ratio.ticks}
                width={48}
                axisLine={false}
                tickLine={false}
                tickFormatter={(value: number) => value.toFixed(decimals(frames.ratio.ticks))}
                allowDataOverflow
              />
              <ReferenceLine y={1} className={`reference ${recipeClass(yardstick)}`} />
              <Tooltip isAnimationActive={false} cursor={{ className: 'cursor' }} content={() => null} />
              {others.map((recipe) => line(recipe, 'ratio'))}
              <WorkingLine rows={rows} working={working} shown={shown} />
              <DepthLabels
                title={frames.title}
                remark={frames.remark}
                rows={rows}
                part="ratio"
                recipes={[yardstick, ...others]}
                yardstick={yardstick}
                frame={frames.ratio}
                small={small}
              />
              <DepthXAxis rows={rows} working={working} small={small} />
            </LineChart>
          )}
        </>
      )}
    </div>
  )
}

/** The finding of the chart in one sentence, for readers who do not see it. */
export function describeDepth(rows: readonly DepthRow[], challenger: string | undefined): string {
  const ratios = rows.flatMap((row) => (challenger === undefined ? [] : (row.ratio[challenger] ?? [])))
  if (!ratios.length) return 'No layer is solved yet.'
  const range = [Math.min(...ratios), Math.max(...ratios)].map((value) => percent(value))
  return `${ratios.length} of ${rows.length} layers; ${challenger} lies between ${range[0]} and ${range[1]} of the yardstick.`
}
