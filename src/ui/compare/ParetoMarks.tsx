// What is drawn in the frame of size against loss: frontier, budget, the unquantized model, marks with their names. One
// mark is in the tab order; arrow keys go to its neighbours by size.
import { type KeyboardEvent, useRef, useState } from 'react'
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts'
import { type Measure, measureWords, valueText } from '../../store/matrix.ts'
import type { ParetoPoint } from '../../store/pareto.ts'
import { groupWords, recipeShort, recipeTitle, significant } from '../../store/wording.ts'
import { spread } from '../charts/scales.ts'
import { Mark, recipeClass } from '../marks.tsx'
import type { ParetoFrame } from './pareto-frame.ts'

interface Props {
  frame: ParetoFrame
  measure: Measure
  unquantized: number | undefined
  budget: number | undefined
  small: boolean
  onActive(point: ParetoPoint | undefined): void
  onOpen(point: ParetoPoint): void
}

/** More names than this would hide the marks. */
const NAMED = 6

export function ParetoMarks({ frame, measure, unquantized, budget, small, onActive, onOpen }: Props) {
  const scaleX = useXAxisScale()
  const scaleY = useYAxisScale()
  const plot = usePlotArea()
  const [entry, setEntry] = useState(0)
  const marks = useRef<(SVGGElement | null)[]>([])
  if (!scaleX || !scaleY || !plot) return null
  const { inside, beyond } = frame
  const X = (value: number) => scaleX(value) ?? 0
  const Y = (value: number) => scaleY(value) ?? 0
  const [left, right, top, bottom] = [plot.x, plot.x + plot.width, plot.y, plot.y + plot.height]
  const place: Place = { X, Y, top, bottom }
  const line = inside.filter((point) => point.frontier)
  const path = line.map(({ x, y }, i) => `${i ? 'L' : 'M'}${X(x).toFixed(1)} ${Y(y).toFixed(1)}`).join('')
  const first = Math.min(entry, inside.length - 1)
  // The frontier on top; arrow keys keep to the order of size.
  const drawn = inside
    .map((point, i) => [point, i] as const)
    .sort(([a], [b]) => Number(a.frontier) - Number(b.frontier))
  const walk = (event: KeyboardEvent, index: number) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key]
    if (event.key === 'Enter' || event.key === ' ') onOpen(inside[index])
    else if (by !== undefined) {
      const next = Math.min(inside.length - 1, Math.max(0, index + by))
      setEntry(next)
      marks.current[next]?.focus()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <g className="notes marks">
      <text className="axis-title" x={0} y={14}>
        {measureWords[measure].long}
        {frame.log && ', log axis'}
      </text>
      <text className="axis-title" x={right} y={bottom + 40} textAnchor="end">
        effective bits per weight
      </text>
      {unquantized !== undefined && (
        <>
          <path className="unquantized" d={`M${left} ${Y(unquantized)}H${right}`} />
          <text className="halo ink" x={left + 10} y={Y(unquantized) - 7}>
            unquantized {significant(unquantized, 4)}
          </text>
        </>
      )}
      {budget !== undefined && (
        <>
          <path className="budget-line" d={`M${X(budget).toFixed(1)} ${top}V${bottom}`} />
          <text
            className="halo ink"
            x={X(budget) + (X(budget) > right - 90 ? -7 : 7)}
            y={top + 10}
            textAnchor={X(budget) > right - 90 ? 'end' : 'start'}
          >
            budget {budget.toFixed(2)}
          </text>
        </>
      )}
      {line.length > 1 && <path className="frontier" d={path} />}
      {drawn.map(([point, i]) => (
        <g
          key={point.key}
          ref={(node) => {
            marks.current[i] = node
          }}
          className={point.frontier ? 'point' : 'point behind'}
          transform={`translate(${X(point.x).toFixed(1)} ${Y(point.y).toFixed(1)})`}
          role="button"
          tabIndex={i === first ? 0 : -1}
          aria-label={`${recipeTitle(point.recipe)}, ${point.mixed ? 'mixed bits' : `${point.bits} bits`}, ${groupWords(point.group)}: ${measureWords[measure].long} ${valueText(point.y, measure)} at ${significant(point.x, 4)} effective bits. Open this run`}
          onClick={() => onOpen(point)}
          onKeyDown={(event) => walk(event, i)}
          onFocus={() => {
            setEntry(i)
            onActive(point)
          }}
          onBlur={() => onActive(undefined)}
          onMouseEnter={() => onActive(point)}
          onMouseLeave={() => onActive(undefined)}
        >
          <circle className="hit" r={small ? 16 : 11} />
          <circle className="focus-ring" r={9} />
          <Mark recipe={point.recipe} x={0} y={0} r={point.frontier ? 5 : 4} />
        </g>
      ))}
      {names(inside, place)}
      {groupSizes(inside, place)}
      {beyond && (
        <text className="quiet halo" x={left + 10} y={bottom - 10}>
          {beyond}
        </text>
      )}
    </g>
  )
}

interface Place {
  X(value: number): number
  Y(value: number): number
  top: number
  bottom: number
}

/** Names of the recipes right of the largest results of one bit width and group, where there is room. */
function names(points: readonly ParetoPoint[], { X, Y, top, bottom }: Place) {
  const uniform = points.filter(({ mixed }) => !mixed)
  const last = uniform.at(-1)
  const named = uniform.filter(({ bits, group }) => bits === last?.bits && group === last.group)
  if (named.length > NAMED) return null
  const x = Math.max(...points.map((point) => X(point.x))) + 12
  const centres = spread(
    named.map(({ y }) => ({ y: Y(y), height: 15 })),
    top,
    // Upwards from the lowest mark, under which stands the size of its groups.
    Math.min(bottom, Math.max(...named.map(({ y }) => Y(y))) + 8),
  )
  return named.map(({ recipe, key }, i) => (
    <text key={key} className={`label halo ${recipeClass(recipe)}`} x={x} y={centres[i] + 4.5}>
      {shortened(recipeShort(recipe))}
    </text>
  ))
}

/** Composed recipes have names longer than the margin. */
const shortened = (name: string) => (name.length > 12 ? `${name.slice(0, 11).trimEnd()}…` : name)

/** Sizes of groups nearer than this share a place. */
const NEAR = 26

/** The size of the groups, below the lowest mark of each, where there are several sizes. */
function groupSizes(points: readonly ParetoPoint[], { X, Y }: Place) {
  const uniform = points.filter(({ mixed }) => !mixed)
  if (new Set(uniform.map(({ group }) => group)).size < 2) return null
  const places: { key: string; bits: number; x: number; y: number; groups: string[] }[] = []
  for (const { key, bits, group, x, y } of uniform) {
    const word = group > 0 ? String(group) : group === 0 ? 'row' : 'tensor'
    const near = places.find((place) => place.bits === bits && Math.abs(place.x - X(x)) < NEAR)
    if (!near) places.push({ key, bits, x: X(x), y: Y(y), groups: [word] })
    else {
      near.y = Math.max(near.y, Y(y))
      if (!near.groups.includes(word)) near.groups.push(word)
    }
  }
  return places.map(({ key, x, y, groups }) => (
    <text key={key} className="halo quiet" x={x} y={y + 21} textAnchor="middle">
      {groups.join(', ')}
    </text>
  ))
}
