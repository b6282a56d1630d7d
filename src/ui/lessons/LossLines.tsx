// A small chart of lines or dots over numbers, by recharts: losses against moves, damping or bits.
import { CartesianGrid, Line, LineChart, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { significant } from '../../store/wording.ts'
import { leftTick, lowerTick } from '../charts/axes.tsx'
import { decimals, linearFrame, logFrame } from '../charts/scales.ts'
import { recipeClass } from '../marks.tsx'
import { recipeStyle } from '../recipe-style.ts'
import { useWidth } from '../width.ts'

export interface Series {
  name: string
  /** Whose colour, dash and marker it has. */
  recipe: string
  points: readonly { x: number; y: number; label?: string }[]
  /** Points alone, no line. */
  dots?: boolean
  /** Tells lines of one recipe apart; absent: the recipe's own. */
  dash?: string
  /** Written at the end of the line. */
  end?: string
}

interface Props {
  series: readonly Series[]
  xTitle: string
  yTitle: string
  xLog?: boolean
  /** Begins the x axis there instead of at 0. */
  xFrom?: number
  yLog?: boolean
  /** Print y as a percentage. */
  share?: boolean
  /** A dashed horizontal line. */
  reference?: { y: number; text: string; recipe: string } | undefined
  /** A place on the x axis. */
  place?: number | undefined
  /** Everything in one sentence. */
  summary: string
}

const HEIGHT = 340

export default function LossLines(props: Props) {
  const { series, xTitle, yTitle, xLog, xFrom = 0, yLog, share, reference, place, summary } = props
  const [ref, width] = useWidth<HTMLDivElement>()
  const all = series.flatMap(({ points }) => points)
  const xs = all.map(({ x }) => x)
  const ys = [...all.map(({ y }) => y), ...(reference ? [reference.y] : [])]
  const x = xLog
    ? logFrame(Math.min(...xs), Math.max(...xs))
    : linearFrame(Math.min(xFrom, ...xs), Math.max(1e-9, ...xs), 6)
  const y = yLog
    ? logFrame(Math.min(...ys), Math.max(...ys))
    : linearFrame(Math.min(0, ...ys), Math.max(1e-9, ...ys), 6)
  const digits = decimals(y.ticks)
  const yText = (value: number) =>
    share
      ? `${Number((value * 100).toPrecision(3))}\u202f%`
      : yLog
        ? String(value)
        : digits === 1 && y.ticks.every(Number.isInteger)
          ? String(value)
          : value.toFixed(digits)
  return (
    <div ref={ref} className="chart loss-lines">
      <p className="visually-hidden">{summary}</p>
      <p className="axis-name">
        {yTitle}
        {yLog && ', log axis'}
      </p>
      {width > 0 && all.length > 0 && (
        <LineChart width={width} height={HEIGHT} margin={{ top: 12, right: 40, bottom: 4, left: 0 }} title={summary}>
          <XAxis
            type="number"
            dataKey="x"
            domain={[x.low, x.high]}
            ticks={x.ticks}
            niceTicks="none"
            scale={xLog ? 'log' : 'linear'}
            tick={lowerTick}
            interval={0}
            height={26}
            tickMargin={4}
          />
          <YAxis
            type="number"
            domain={[y.low, y.high]}
            ticks={y.ticks}
            niceTicks="none"
            scale={yLog ? 'log' : 'linear'}
            tick={leftTick}
            tickFormatter={yText}
            interval={0}
            width={52}
            axisLine={false}
            tickLine={false}
          />
          <CartesianGrid vertical={false} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ className: 'cursor' }}
            content={<LineTip series={series} share={share ?? false} />}
          />
          {place !== undefined && <ReferenceLine x={place} className="place-line" />}
          {reference && (
            <ReferenceLine
              y={reference.y}
              className={`reference ${recipeClass(reference.recipe)}`}
              label={{ value: reference.text, position: 'insideBottomRight', className: 'reference-label' }}
            />
          )}
          {series.map(({ name, recipe, points, dots, dash, end }) => (
            <Line
              key={name}
              name={name}
              data={[...points]}
              dataKey="y"
              type="linear"
              stroke={`var(--m-${recipeStyle(recipe)})`}
              strokeWidth={dots ? 0 : recipe === 'cdquant' ? 2.75 : 2}
              strokeDasharray={dash ?? `var(--m-${recipeStyle(recipe)}-dash)`}
              dot={
                dots || points.length < 16
                  ? { r: 4, strokeDasharray: 'none', strokeWidth: 1.5, fill: `var(--m-${recipeStyle(recipe)})` }
                  : false
              }
              activeDot={{ r: 5 }}
              isAnimationActive={false}
              {...(end !== undefined && { label: endLabel(end, points.length - 1, recipe) })}
            />
          ))}
        </LineChart>
      )}
      <p className="axis-name right">{xTitle}</p>
      <ul className="line-key">
        {series.map(({ name, recipe, dash }) => (
          <li key={name} className={recipeClass(recipe)}>
            <svg viewBox="0 0 34 14" width="34" height="14" aria-hidden="true">
              <path className="line" d="M0 7H34" {...(dash !== undefined && { style: { strokeDasharray: dash } })} />
            </svg>
            {name}
          </li>
        ))}
      </ul>
    </div>
  )
}

interface EndProps {
  x?: number | string | undefined
  y?: number | string | undefined
  index?: number | undefined
}

/** A word at the last point of a line. */
function endLabel(text: string, last: number, recipe: string) {
  return function EndLabel({ x = 0, y = 0, index }: EndProps) {
    if (index !== last) return null
    return (
      <text className={`end-label ${recipeClass(recipe)}`} x={Number(x) + 8} y={Number(y) + 14}>
        {text}
      </text>
    )
  }
}

interface TipProps {
  series: readonly Series[]
  share: boolean
  active?: boolean
  payload?: readonly { name?: string; payload?: { x: number; y: number; label?: string } }[]
}

/** What lies under the pointer. */
function LineTip({ series, share, active, payload }: TipProps) {
  if (!active || !payload?.length) return null
  return (
    <div className="tip">
      {payload.map(({ name, payload: point }) => {
        const recipe = series.find((one) => one.name === name)?.recipe ?? ''
        if (!point) return null
        const value = share ? `${significant(point.y * 100, 4)}\u202f%` : significant(point.y, 4)
        return (
          <div key={name} className={recipeClass(recipe)}>
            <em>{name}</em> {point.label ?? significant(point.x, 3)}: <b>{value}</b>
          </div>
        )
      })}
    </div>
  )
}
