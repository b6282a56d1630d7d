// All of a layer, small, with the frame of what the pictures show: drag it, or move it with the arrow keys.
import { useMemo, useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { type Extent, overview, type Place, visible } from '../../store/layer-place.ts'
import { useAnswer } from './answer.ts'
import { painted, usePalette } from './palette.ts'
import { WeightCanvas } from './WeightCanvas.tsx'

interface Props {
  layer: string
  extent: Extent
  range: number
  place: Place
  picture: Extent
  /** Most CSS pixels. */
  width: number
  height: number
  move(place: Place): void
}

const directions: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

export function MiniMap({ layer, extent, range, place, picture, width, height, move }: Props) {
  const palette = usePalette()
  // As tall as its rows ask for, but never a thread.
  const tall = Math.round(Math.min(height, Math.max(48, (width * extent.rows) / extent.columns)))
  const spans = overview(extent, { rows: tall, columns: width })
  const { answer } = useAnswer('layer-pixels', { layer, ...spans }, extent)
  const image = useMemo(
    () =>
      answer &&
      painted({ rows: answer.rows.count, columns: answer.columns.count }, (at) => answer.original[at], range, palette),
    [answer, range, palette],
  )
  const held = useRef<{ x: number; y: number; place: Place }>(undefined)
  const [down, across] = [tall / extent.rows, width / extent.columns]
  const shown = {
    rows: visible(place.row, place.zoom, picture.rows, extent.rows),
    columns: visible(place.column, place.zoom, picture.columns, extent.columns),
  }
  const span = { rows: picture.rows / place.zoom, columns: picture.columns / place.zoom }
  const start = (event: PointerEvent<HTMLDivElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect()
    const [x, y] = [event.clientX - left, event.clientY - top]
    const inside =
      y >= place.row * down - 4 &&
      y <= (place.row + span.rows) * down + 4 &&
      x >= place.column * across - 4 &&
      x <= (place.column + span.columns) * across + 4
    // A press beside the frame brings it there.
    const from = inside ? place : { ...place, row: y / down - span.rows / 2, column: x / across - span.columns / 2 }
    if (!inside) move(from)
    event.currentTarget.setPointerCapture(event.pointerId)
    held.current = { x: event.clientX, y: event.clientY, place: from }
  }
  const drag = (event: PointerEvent) => {
    const from = held.current
    if (!from) return
    move({
      ...from.place,
      row: from.place.row + (event.clientY - from.y) / down,
      column: from.place.column + (event.clientX - from.x) / across,
    })
  }
  const key = (event: KeyboardEvent) => {
    const way = directions[event.key]
    if (!way) return
    event.preventDefault()
    const part = event.shiftKey ? 1 : 0.25
    move({ ...place, row: place.row + part * way[0] * span.rows, column: place.column + part * way[1] * span.columns })
  }
  return (
    <div
      className="map mini"
      style={{ width, height: tall }}
      role="application"
      tabIndex={0}
      aria-roledescription="frame on the whole layer"
      aria-label={`Shown: rows ${shown.rows.first} to ${shown.rows.last}, columns ${shown.columns.first} to ${shown.columns.last}. Arrow keys move the frame, with Shift by its whole size.`}
      onPointerDown={start}
      onPointerMove={drag}
      onPointerUp={() => (held.current = undefined)}
      onPointerCancel={() => (held.current = undefined)}
      onKeyDown={key}
    >
      <WeightCanvas image={image} x={0} y={0} across={width} down={tall} width={width} height={tall} />
      <i
        className="selected"
        style={{
          left: place.column * across,
          top: place.row * down,
          width: Math.min(width, span.columns * across),
          height: Math.max(3, Math.min(tall, span.rows * down)),
        }}
      />
    </div>
  )
}
