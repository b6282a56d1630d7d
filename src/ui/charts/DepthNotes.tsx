// What stands around the depth chart: modules and blocks below, the layer under way, events.
import { createContext, useContext } from 'react'
import type { DepthMark, DepthRow } from '../../store/curves.ts'
import { moduleName } from '../../store/wording.ts'
import { Marks } from '../marks.tsx'
import type { Plot } from './plot.ts'

/**
 * Indexes of the layer under way, of the one shown beside, and of the one pointed at; they move without the panels
 * being drawn again.
 */
export const DepthContext = createContext<{
  working: number | undefined
  shown: number | undefined
  pointed: number | undefined
}>({ working: undefined, shown: undefined, pointed: undefined })

/** Every second block on a band. */
export function Bands({ rows, plot }: { rows: readonly DepthRow[]; plot: Plot }) {
  const blocks = new Map<number, [number, number]>()
  for (const { block, index } of rows) blocks.set(block, [blocks.get(block)?.[0] ?? index, index])
  const odd = [...blocks].filter(([block]) => block % 2)
  const band = ([from, to]: [number, number]) =>
    `M${plot.X(from - 0.5).toFixed(1)} ${plot.top}H${plot.X(to + 0.5).toFixed(1)}V${plot.bottom}H${plot.X(from - 0.5).toFixed(1)}Z`
  return <path className="band" d={odd.map(([, ends]) => band(ends)).join('')} />
}

/** Module letters where they fit, block names below. */
export function DepthXAxis({ rows, plot, small }: { rows: readonly DepthRow[]; plot: Plot; small: boolean }) {
  const { working } = useContext(DepthContext)
  if (!rows.length) return null
  const { bottom: base, X } = plot
  const breadth = plot.right - plot.left
  const step = breadth / rows.length
  const letters = step >= 11 && !small
  const blocks = [...new Set(rows.map(({ block }) => block))]
  const perBlock = breadth / blocks.length
  const every = Math.max(1, Math.ceil(20 / perBlock))
  return (
    <g className="notes">
      <path
        className="base"
        d={`M${plot.left} ${base}H${plot.right}${rows.map(({ index }) => `M${X(index).toFixed(1)} ${base}v3`).join('')}`}
      />
      {letters &&
        rows.map(({ index, module }) => (
          <text
            key={index}
            x={X(index)}
            y={base + 16}
            textAnchor="middle"
            className={index === working ? 'strong' : undefined}
          >
            {moduleName(module)[0]}
          </text>
        ))}
      {blocks.map((block, i) => {
        const own = rows.filter((row) => row.block === block)
        const centre = X((own[0].index + own[own.length - 1].index) / 2)
        return (
          i % every === 0 && (
            <text key={block} className="axis-title" x={centre} y={base + (letters ? 34 : 18)} textAnchor="middle">
              {perBlock >= 52 ? `block ${block}` : block}
            </text>
          )
        )
      })}
    </g>
  )
}

interface WorkingProps {
  rows: readonly DepthRow[]
  plot: Plot
  /** Says the layer's name. */
  named?: boolean
}

/** A dotted line at the layer under way, a fine one at the layer shown in the other figure. */
export function WorkingLine({ rows, plot, named }: WorkingProps) {
  const { working, shown } = useContext(DepthContext)
  const line = (index: number, name: string) => (
    <path className={name} d={`M${plot.X(index).toFixed(1)} ${plot.top}V${plot.bottom}`} />
  )
  const row = working === undefined ? undefined : rows[working]
  return (
    <g className="notes">
      {shown !== undefined && shown !== working && line(shown, 'shown-line')}
      {row && line(row.index, 'working-line')}
      {row && named && row.index < rows.length - 2 && (
        <text className="halo ink" x={plot.X(row.index) + 9} y={plot.top + 17}>
          solving {moduleName(row.module)}
        </text>
      )}
    </g>
  )
}

/** Icons of events at their layers; the whole fact is their title. Only the first of each kind has words beside it. */
export function MarkIcons({ marks, plot }: { marks: readonly DepthMark[]; plot: Plot }) {
  return (
    <g className="notes marks">
      {marks.map(({ index, kind, label, text }, i) => {
        const x = plot.X(index)
        const first = marks.findIndex((mark) => mark.kind === kind) === i
        return (
          <g key={`${kind}${index}`} transform={`translate(${x} ${plot.top + 2})`}>
            <title>{text}</title>
            <path className="mark-line" d={`M0 6V${plot.bottom - plot.top - 2}`} />
            <path className="mark-icon" d="M0 -10L-6.500 1.500h13zM0 -6v3.500M0 -.6v.3" />
            {first && (
              <text className="mark-word halo" x={11} y={1}>
                {label}
              </text>
            )}
          </g>
        )
      })}
    </g>
  )
}

interface PointedProps {
  rows: readonly DepthRow[]
  part: 'loss' | 'ratio'
  recipes: readonly string[]
  frame: { low: number; high: number }
  plot: Plot
}

/** The line through the layer that is pointed at, and its points. */
export function PointedLine({ rows, part, recipes, frame, plot }: PointedProps) {
  const { pointed } = useContext(DepthContext)
  const row = pointed === undefined ? undefined : rows[pointed]
  if (!row) return null
  const x = plot.X(row.index)
  return (
    <g className="notes">
      <path className="cursor" d={`M${x.toFixed(1)} ${plot.top}V${plot.bottom}`} />
      {recipes.map((recipe) => {
        const value = row[part][recipe]
        const inside = value !== undefined && value >= frame.low && value <= frame.high
        return inside && <Marks key={recipe} recipe={recipe} at={[[x, plot.Y(value)]]} r={4} />
      })}
    </g>
  )
}
