// A chart along the columns of a layer: recharts has frame, pointer and keys; what is drawn in it comes as children, who
// ask for its scales.
import type { ReactNode } from 'react'
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
import { valueAxis } from '../charts/axes.tsx'
import { useWidth } from '../width.ts'

interface Props {
  title: string
  /** In one sentence. */
  finding: string
  /** Places along the axis. */
  count: number
  frame: { low: number; high: number; ticks: number[] }
  log?: boolean
  format(tick: number): string
  /** Where the axis has a word, in places, and the word. */
  ticks: readonly { at: number; word: string }[]
  height?: number
  right?: number
  /** Left, over the y axis; and under the right end of the x axis. */
  yName: ReactNode
  xName: string
  tip(place: number): { head: string; lines: readonly string[] }
  children: ReactNode
}

export function ColumnChart(props: Props) {
  const {
    title,
    finding,
    count,
    frame,
    log,
    format,
    ticks,
    height = 250,
    right = 12,
    yName,
    xName,
    tip,
    children,
  } = props
  const [ref, width] = useWidth<HTMLDivElement>()
  const places = Array.from({ length: count }, (_, i) => ({ x: i + 0.5 }))
  return (
    <div ref={ref} className="chart columns" style={{ minHeight: height }}>
      <p className="visually-hidden">{finding}</p>
      <p className="axis-name">{yName}</p>
      {width > 0 && (
        <LineChart
          width={width}
          height={height}
          data={places}
          margin={{ top: 10, right, bottom: 16, left: 0 }}
          title={title}
        >
          <XAxis
            type="number"
            dataKey="x"
            domain={[0, count]}
            ticks={ticks.map(({ at }) => at)}
            niceTicks="none"
            interval={0}
            height={26}
            tickLine={false}
            tick={<Tick words={ticks} />}
          />
          <YAxis {...valueAxis(frame)} width={48} {...(log && { scale: 'log' as const })} tickFormatter={format} />
          <CartesianGrid vertical={false} />
          <Tooltip
            isAnimationActive={false}
            includeHidden
            cursor={{ className: 'cursor' }}
            content={<ColumnTip tip={tip} />}
          />
          {probe}
          {children}
        </LineChart>
      )}
      <p className="axis-name end">{xName}</p>
    </div>
  )
}

/** Not seen: it gives the pointer its points. */
const probe = <Line dataKey="x" hide isAnimationActive={false} />

function Tick({ words, ...rest }: { words: readonly { at: number; word: string }[] }) {
  const { x, y, payload } = rest as unknown as { x: number; y: number; payload: { value: number } }
  const index = words.findIndex(({ at }) => at === payload.value)
  const anchor = index === 0 ? 'start' : index === words.length - 1 ? 'end' : 'middle'
  return (
    <text x={x} y={y} dy="0.9em" textAnchor={anchor}>
      {words[index]?.word}
    </text>
  )
}

function ColumnTip({ active = false, label, tip }: { active?: boolean; label?: string | number; tip: Props['tip'] }) {
  if (!active || label === undefined) return null
  const { head, lines } = tip(Math.floor(Number(label)))
  return (
    <div className="tip" aria-live="polite">
      <b>{head}</b>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  )
}

/** Pixels of a place and a value, and the frame they lie in. */
export function useScales() {
  const x = useXAxisScale()
  const y = useYAxisScale()
  const plot = usePlotArea()
  if (!x || !y || !plot) return undefined
  return {
    X: (place: number) => x(place) ?? 0,
    Y: (value: number) => Math.max(plot.y - 2, Math.min(plot.y + plot.height, y(value) ?? plot.y + plot.height)),
    plot,
  }
}

/** Five places along an axis of so many, named by `word`. */
export function fiveTicks(count: number, word: (place: number) => string): { at: number; word: string }[] {
  const places = [...new Set([0, 0.25, 0.5, 0.75, 1].map((part) => Math.min(count - 1, Math.round(part * count))))]
  return places.map((place) => ({ at: place + 0.5, word: word(place) }))
}
