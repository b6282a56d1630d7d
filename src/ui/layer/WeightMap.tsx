// One of the pictures side by side: canvas, frame of the selected group, drag to move, click to select.
import { useEffect, useRef, type PointerEvent } from 'react'
import type { Extent, Place } from '../../store/layer-place.ts'
import type { Span } from '../../worker/layer-questions.ts'
import { rectangle, WeightCanvas } from './WeightCanvas.tsx'

export interface Weight {
  row: number
  column: number
}

export interface MapView {
  place: Place
  picture: Extent
  window: { rows: Span; columns: Span } | undefined
  /** The selected group, and in it the selected weight. */
  frame: { row: number; from: number; width: number; column: number } | undefined
  move(place: Place): void
  /** `factor` larger around a point of the picture. */
  zoom(factor: number, at: { x: number; y: number }): void
  select(weight: Weight): void
  point(weight: Weight | undefined): void
}

/** A press that moves less than this many pixels is a click. */
const STILL = 4

export function WeightMap({ image, view }: { image: HTMLCanvasElement | undefined; view: MapView }) {
  const { place, picture, window, frame, move, zoom, select, point } = view
  const box = useRef<HTMLDivElement>(null)
  const press = useRef<{ x: number; y: number; place: Place; moved: boolean }>(undefined)
  const at = ({ clientX, clientY }: { clientX: number; clientY: number }) => {
    const { left, top } = box.current!.getBoundingClientRect()
    return { x: clientX - left, y: clientY - top }
  }
  const weightAt = (event: PointerEvent): Weight => {
    const { x, y } = at(event)
    return { row: Math.floor(place.row + y / place.zoom), column: Math.floor(place.column + x / place.zoom) }
  }
  const onWheel = useRef(zoom)
  useEffect(() => void (onWheel.current = zoom))
  useEffect(() => {
    const element = box.current
    if (!element) return
    // A pinch on a touch pad comes as a wheel with Ctrl; the plain wheel goes on scrolling the page.
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey) return
      event.preventDefault()
      const { left, top } = element.getBoundingClientRect()
      onWheel.current(Math.exp(-event.deltaY / 200), { x: event.clientX - left, y: event.clientY - top })
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [])
  const { zoom: size } = place
  return (
    <div
      ref={box}
      className="map"
      style={{ width: picture.columns, height: picture.rows }}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        press.current = { ...at(event), place, moved: false }
      }}
      onPointerMove={(event) => {
        const held = press.current
        if (!held) return point(weightAt(event))
        const { x, y } = at(event)
        if (Math.hypot(x - held.x, y - held.y) > STILL) held.moved = true
        if (!held.moved) return
        const { row, column } = held.place
        move({ ...held.place, row: row - (y - held.y) / size, column: column - (x - held.x) / size })
      }}
      onPointerUp={(event) => {
        if (press.current && !press.current.moved) select(weightAt(event))
        press.current = undefined
      }}
      onPointerCancel={() => (press.current = undefined)}
      onPointerLeave={() => point(undefined)}
    >
      {window && (
        <WeightCanvas image={image} {...rectangle(window, place)} width={picture.columns} height={picture.rows} />
      )}
      {frame && (
        <i
          className="selected"
          style={{
            left: (frame.from - place.column) * size,
            top: (frame.row - place.row) * size,
            width: frame.width * size,
            height: Math.max(2, size),
          }}
        />
      )}
      {frame && size >= 3 && (
        <i
          className="selected one"
          style={{
            left: (frame.column - place.column) * size,
            top: (frame.row - place.row) * size,
            width: size,
            height: size,
          }}
        />
      )}
    </div>
  )
}
