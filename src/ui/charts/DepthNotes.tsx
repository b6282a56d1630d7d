// What stands around the depth chart: modules and blocks below, the layer under way, events.
import { useContext } from 'react'
import { blockName, moduleName } from '../../store/wording.ts'
import { DepthPlace, useDepth } from './depth-context.ts'

/** Module letters where they fit, block names below. */
export function DepthXAxis() {
  const { working } = useContext(DepthPlace)
  const depth = useDepth()
  if (!depth?.rows.length) return null
  const { rows, left, right, bottom, small, X } = depth
  const step = (right - left) / rows.length
  const letters = step >= 11 && !small
  const blocks = [...new Set(rows.map(({ block }) => block))]
  const perBlock = (right - left) / blocks.length
  const every = Math.max(1, Math.ceil(20 / perBlock))
  return (
    <g className="notes">
      <path className="base" d={rows.map(({ index }) => `M${X(index).toFixed(1)} ${bottom}v3`).join('')} />
      {letters &&
        rows.map(({ index, module }) => (
          <text
            key={index}
            x={X(index)}
            y={bottom + 16}
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
            <text key={block} className="axis-title" x={centre} y={bottom + (letters ? 34 : 18)} textAnchor="middle">
              {blockName(block, perBlock < 52)}
            </text>
          )
        )
      })}
    </g>
  )
}

/** A dotted line at the layer under way, a fine one at the layer shown in the other figure. `named`: says its name. */
export function WorkingLine({ named }: { named?: boolean }) {
  const { working, shown } = useContext(DepthPlace)
  const depth = useDepth()
  if (!depth) return null
  const { rows, top, bottom, X } = depth
  const line = (index: number, name: string) => <path className={name} d={`M${X(index).toFixed(1)} ${top}V${bottom}`} />
  const row = working === undefined ? undefined : rows[working]
  return (
    <g className="notes">
      {shown !== undefined && shown !== working && line(shown, 'shown-line')}
      {row && line(row.index, 'working-line')}
      {row && named && row.index < rows.length - 2 && (
        <text className="halo ink" x={X(row.index) + 9} y={top + 17}>
          solving {moduleName(row.module)}
        </text>
      )}
    </g>
  )
}

/**
 * Icons of events at their layers, with a bar over neighbours that share them; the whole fact is their title. Only the
 * first of each kind has words beside it.
 */
export function MarkIcons() {
  const depth = useDepth()
  if (!depth) return null
  const { marks, top, bottom, X } = depth
  return (
    <g className="notes marks">
      {marks.map(({ index, to, kind, label, text }, i) => {
        const first = marks.findIndex((mark) => mark.kind === kind) === i
        return (
          <g key={`${kind}${index}`} transform={`translate(${X(index)} ${top + 2})`}>
            <title>{to > index ? `${text}; the ${to - index} behind it likewise` : text}</title>
            {to > index ? (
              <path className="mark-bar" d={`M0 1.500H${(X(to) - X(index)).toFixed(1)}`} />
            ) : (
              <path className="mark-line" d={`M0 6V${bottom - top - 2}`} />
            )}
            <path className="mark-icon" d="M0 -10L-6.500 1.500h13zM0 -6v3.500M0 -.6v.3" />
            {first && (
              <text className="mark-word halo" x={11} y={-2}>
                {label}
              </text>
            )}
          </g>
        )
      })}
    </g>
  )
}
