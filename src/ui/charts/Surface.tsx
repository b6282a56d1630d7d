// The sheet a chart is drawn on: an SVG that knows where the pointer is and that the arrow keys walk, its horizontal
// grid with the numbers at the left, and the box beside the pointer.
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from 'react'
import { recipeShort } from '../../store/wording.ts'
import { Glyph, recipeClass } from '../marks.tsx'
import type { Plot } from './plot.ts'

interface SurfaceProps {
  plot: Plot
  /** What the chart finds, in one sentence. */
  title: string
  /** The pointer is at this pixel of the x axis; undefined: it has left. */
  onPoint(x: number | undefined): void
  /** An arrow key: one point on or back; Home and End give −∞ and ∞. */
  onWalk(by: number): void
  /** A click, or Enter, at the pointed place. */
  onPick?(): void
  children: ReactNode
}

const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }

export function Surface({ plot, title, onPoint, onWalk, onPick, children }: SurfaceProps) {
  const svg = useRef<SVGSVGElement>(null)
  const point = ({ clientX }: PointerEvent) => {
    const x = clientX - (svg.current?.getBoundingClientRect().left ?? 0)
    onPoint(x >= plot.left - 8 && x <= plot.right + 8 ? x : undefined)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key in steps) onWalk(steps[event.key])
    else if (event.key === 'Escape') onPoint(undefined)
    else if (event.key === 'Enter' && onPick) onPick()
    else return
    event.preventDefault()
  }
  return (
    <svg
      ref={svg}
      className="surface"
      width={plot.width}
      height={plot.height}
      role="application"
      aria-label={title}
      tabIndex={0}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={() => onPoint(undefined)}
      onKeyDown={onKey}
      onBlur={() => onPoint(undefined)}
      onClick={onPick}
    >
      {children}
    </svg>
  )
}

/** Horizontal lines at the ticks, their numbers left of them. */
export function Grid({ plot, ticks, format }: { plot: Plot; ticks: readonly number[]; format(tick: number): string }) {
  return (
    <g className="grid">
      <path d={ticks.map((tick) => `M${plot.left} ${plot.Y(tick).toFixed(1)}H${plot.right}`).join('')} />
      {ticks.map((tick) => (
        <text key={tick} x={plot.left - 8} y={plot.Y(tick) + 4} textAnchor="end">
          {format(tick)}
        </text>
      ))}
    </g>
  )
}

interface TipProps {
  plot: Plot
  /** Where it points to, in pixels. */
  x: number
  head: string
  lines: readonly { recipe: string; value: string }[]
}

/** The box beside the pointer: a head and one line per recipe. Read out when it changes. */
export function Tip({ plot, x, head, lines }: TipProps) {
  if (!lines.length) return null
  const place = x < plot.width / 2 ? { left: x + 12 } : { right: plot.width - x + 12 }
  return (
    <div className="tip" aria-live="polite" style={{ top: plot.top, ...place }}>
      <b>{head}</b>
      {lines.map(({ recipe, value }) => (
        <span key={recipe} className={recipeClass(recipe)}>
          <Glyph recipe={recipe} />
          <em>{recipeShort(recipe)}</em>
          {value}
        </span>
      ))}
    </div>
  )
}
