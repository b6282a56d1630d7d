// What stands around the depth chart: modules and blocks below, the layer under way, events.
import { createContext, useContext } from 'react'
import { usePlotArea, useXAxisScale, ZIndexLayer } from 'recharts'
import type { DepthMark, DepthRow } from '../../store/curves.ts'
import { moduleName } from '../../store/wording.ts'

/** Indexes of the layer under way and of the one shown beside; they move without the chart being drawn again. */
export const DepthContext = createContext<{ working: number | undefined; shown: number | undefined }>({
  working: undefined,
  shown: undefined,
})

/** Module letters where they fit, block names below. */
export function DepthXAxis({ rows, small }: { rows: readonly DepthRow[]; small: boolean }) {
  const { working } = useContext(DepthContext)
  const scaleX = useXAxisScale()
  const plot = usePlotArea()
  if (!scaleX || !plot || !rows.length) return null
  const base = plot.y + plot.height
  const step = plot.width / rows.length
  const letters = step >= 11 && !small
  const blocks = [...new Set(rows.map(({ block }) => block))]
  const perBlock = plot.width / blocks.length
  const every = Math.max(1, Math.ceil(20 / perBlock))
  return (
    <ZIndexLayer zIndex={1500}>
      <g className="notes">
        {rows.map(({ index, module }) => (
          <g key={index}>
            <path className="base" d={`M${scaleX(index) ?? 0} ${base}v3`} />
            {letters && (
              <text
                x={scaleX(index)}
                y={base + 16}
                textAnchor="middle"
                className={index === working ? 'strong' : undefined}
              >
                {moduleName(module)[0]}
              </text>
            )}
          </g>
        ))}
        {blocks.map((block, i) => {
          const own = rows.filter((row) => row.block === block)
          const centre = scaleX((own[0].index + own[own.length - 1].index) / 2)
          return (
            i % every === 0 && (
              <text key={block} className="axis-title" x={centre} y={base + (letters ? 34 : 18)} textAnchor="middle">
                {perBlock >= 52 ? `block ${block}` : block}
              </text>
            )
          )
        })}
      </g>
    </ZIndexLayer>
  )
}

interface WorkingProps {
  rows: readonly DepthRow[]
  /** Says the layer's name. */
  named?: boolean
}

/** A dotted line at the layer under way, a fine one at the layer shown in the other figure. */
export function WorkingLine({ rows, named }: WorkingProps) {
  const { working, shown } = useContext(DepthContext)
  const scaleX = useXAxisScale()
  const plot = usePlotArea()
  if (!scaleX || !plot) return null
  const line = (index: number, name: string) => (
    <path className={name} d={`M${scaleX(index) ?? 0} ${plot.y}V${plot.y + plot.height}`} />
  )
  const row = working === undefined ? undefined : rows[working]
  return (
    <ZIndexLayer zIndex={1500}>
      <g className="notes">
        {shown !== undefined && shown !== working && line(shown, 'shown-line')}
        {row && line(row.index, 'working-line')}
        {row && named && row.index < rows.length - 2 && (
          <text className="halo ink" x={(scaleX(row.index) ?? 0) + 9} y={plot.y + 17}>
            solving {moduleName(row.module)}
          </text>
        )}
      </g>
    </ZIndexLayer>
  )
}

/** Icons of events at their layers; the whole fact is their title. Only the first of each kind has words beside it. */
export function MarkIcons({ marks }: { marks: readonly DepthMark[] }) {
  const scaleX = useXAxisScale()
  const plot = usePlotArea()
  if (!scaleX || !plot) return null
  return (
    <ZIndexLayer zIndex={1500}>
      <g className="notes marks">
        {marks.map(({ index, kind, label, text }, i) => {
          const x = scaleX(index) ?? 0
          const first = marks.findIndex((mark) => mark.kind === kind) === i
          return (
            <g key={`${kind}${index}`} transform={`translate(${x} ${plot.y + 2})`}>
              <title>{text}</title>
              <path className="mark-line" d={`M0 6V${plot.height - 2}`} />
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
    </ZIndexLayer>
  )
}
