// Every layer, on one x axis: relative loss (log) above, ÷ the yardstick's loss (linear) below. New points are drawn
// at most about once a second, each panel in a task of its own; the marks of what is under way move in between by
// context.
import { memo } from 'react'
import { CartesianGrid, Line, LineChart, ReferenceArea, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import type { DepthMark, DepthRow } from '../../store/curves.ts'
import { layerName, percentTick, signedPercent, significant } from '../../store/wording.ts'
import { recipeClass } from '../marks.tsx'
import { useKept, usePaced } from '../paced.ts'
import { useWidth } from '../width.ts'
import { depthFrames } from './depth-frames.ts'
import { DepthLabels } from './DepthLabels.tsx'
import { DepthContext, DepthXAxis, MarkIcons, WorkingLine } from './DepthNotes.tsx'
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

const EVERY_MS = 900

export default function DepthChart(props: Props) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const upper = usePaced(props.rows, EVERY_MS)
  const lower = usePaced(upper, 60)
  const names = props.recipes.join(' ')
  const recipes = useKept(props.recipes, names)
  const titles = useKept(props.titles, `${upper.length} ${names}`)
  const common = {
    recipes,
    yardstick: props.yardstick,
    challenger: props.challenger,
    marks: useKept(props.marks, JSON.stringify(props.marks)),
    onSelect: props.onSelect,
    width,
  }
  return (
    <div ref={ref} className="chart depth">
      {width > 0 && (
        <DepthContext value={{ working: props.working, shown: props.shown }}>
          <LossPanel {...common} rows={upper} title={titles[0]} />
          {recipes.length > 1 && <RatioPanel {...common} rows={lower} title={titles[1]} />}
        </DepthContext>
      )}
    </div>
  )
}

interface PanelProps extends Pick<Props, 'rows' | 'recipes' | 'yardstick' | 'challenger' | 'marks' | 'onSelect'> {
  width: number
  title: string
}

const cursor = { className: 'cursor' }

const LossPanel = memo(function LossPanel(props: PanelProps) {
  const { rows, recipes, yardstick, challenger, marks, width } = props
  const small = width < 480
  const frame = depthFrames(rows, recipes, yardstick).loss
  const named = recipes.filter((name) => name === yardstick || name === challenger || name === recipes[0])
  return (
    <LineChart {...chartProps(props)} height={small ? 190 : 200} margin={margins(small)}>
      {bands(rows)}
      <CartesianGrid vertical={false} />
      <XAxis {...layerAxis(rows)} height={4} axisLine={false} tickLine={false} />
      <YAxis {...valueAxis(frame)} scale="log" tickFormatter={percentTick} />
      <Tooltip
        isAnimationActive={false}
        cursor={cursor}
        content={({ active, label, payload }) => {
          const row = rows[Math.round(Number(label))]
          const lines = payload.map(({ name, value }) => {
            const against = row?.ratio[String(name)]
            const versus = against === undefined ? '' : ` (${signedPercent(against - 1)})`
            return { recipe: String(name), value: `${significant(Number(value), 4)}${versus}` }
          })
          return <Tip shown={active} head={row ? layerName(row) : ''} lines={lines} />
        }}
      />
      {recipes.map((recipe) => line(recipe, 'loss', recipe === challenger))}
      <WorkingLine rows={rows} named />
      <MarkIcons marks={marks} />
      <DepthLabels
        title="relative loss, log axis"
        rows={rows}
        part="loss"
        drawn={recipes}
        named={named}
        frame={frame}
        small={small}
      />
    </LineChart>
  )
})

const RatioPanel = memo(function RatioPanel(props: PanelProps) {
  const { rows, recipes, yardstick, challenger, width } = props
  const small = width < 480
  const { ratio: frame, outside, title, remark } = depthFrames(rows, recipes, yardstick)
  const others = recipes.filter((recipe) => recipe !== yardstick && !outside.includes(recipe))
  return (
    <LineChart {...chartProps(props)} height={240} margin={margins(small, small ? 44 : 30)}>
      {bands(rows)}
      <CartesianGrid vertical={false} />
      <XAxis {...layerAxis(rows)} height={40} tickLine={false} />
      <YAxis {...valueAxis(frame)} tickFormatter={(value: number) => value.toFixed(decimals(frame.ticks))} />
      <ReferenceLine y={1} className={`reference ${recipeClass(yardstick)}`} />
      <Tooltip isAnimationActive={false} cursor={cursor} content={() => null} />
      {others.map((recipe) => line(recipe, 'ratio', recipe === challenger))}
      <WorkingLine rows={rows} />
      <DepthLabels
        title={title}
        remark={remark}
        rows={rows}
        part="ratio"
        drawn={others}
        named={[yardstick, ...others]}
        yardstick={yardstick}
        frame={frame}
        small={small}
      />
      <DepthXAxis rows={rows} small={small} />
    </LineChart>
  )
})

function chartProps({ rows, onSelect, width, title }: PanelProps) {
  return {
    width,
    title,
    syncId: 'depth',
    data: rows as DepthRow[],
    onClick: ({ activeLabel }: { activeLabel?: string | number | undefined }) => {
      const row = activeLabel === undefined ? undefined : rows[Math.round(Number(activeLabel))]
      if (row) onSelect(row.layer)
    },
  }
}

const margins = (small: boolean, top = 30) => ({ top, right: small ? 64 : 84, bottom: 0, left: 0 })

const layerAxis = (rows: readonly DepthRow[]) =>
  ({ type: 'number', dataKey: 'index', domain: [-0.5, rows.length - 0.5], tick: false }) as const

const valueAxis = ({ low, high, ticks }: { low: number; high: number; ticks: number[] }) =>
  ({
    type: 'number',
    domain: [low, high] as [number, number],
    ticks,
    interval: 0,
    width: 48,
    axisLine: false,
    tickLine: false,
    allowDataOverflow: true,
  }) as const

/** Every second block on a band. */
function bands(rows: readonly DepthRow[]) {
  const blocks = new Map<number, [number, number]>()
  for (const { block, index } of rows) blocks.set(block, [blocks.get(block)?.[0] ?? index, index])
  return [...blocks].flatMap(([block, [from, to]]) =>
    block % 2 ? [<ReferenceArea key={block} x1={from - 0.5} x2={to + 0.5} className="band" />] : [],
  )
}

function line(recipe: string, part: 'loss' | 'ratio', heavy: boolean) {
  return (
    <Line
      key={recipe}
      name={recipe}
      dataKey={(row: DepthRow) => row[part][recipe]}
      className={heavy ? recipeClass(recipe) : `${recipeClass(recipe)} thin`}
      type="linear"
      isAnimationActive={false}
      dot={false}
      activeDot={{ r: 4, className: recipeClass(recipe) }}
    />
  )
}
