// A painted window drawn into a rectangle of a canvas that is as sharp as the screen.
import { memo, useLayoutEffect, useRef } from 'react'
import type { Place } from '../../store/layer-place.ts'
import type { Span } from '../../worker/layer-questions.ts'

interface Props {
  image: HTMLCanvasElement | undefined
  /** Where the image goes, in CSS pixels; parts of it may lie outside. */
  x: number
  y: number
  across: number
  down: number
  width: number
  height: number
}

export const WeightCanvas = memo(function WeightCanvas({ image, x, y, across, down, width, height }: Props) {
  const ref = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const canvas = ref.current
    const context = canvas?.getContext('2d')
    if (!canvas || !context) return
    const ratio = devicePixelRatio
    const size = [Math.round(width * ratio), Math.round(height * ratio)]
    if (canvas.width !== size[0]) canvas.width = size[0]
    if (canvas.height !== size[1]) canvas.height = size[1]
    context.clearRect(0, 0, canvas.width, canvas.height)
    if (!image) return
    context.imageSmoothingEnabled = false
    context.drawImage(image, x * ratio, y * ratio, across * ratio, down * ratio)
  }, [image, x, y, across, down, width, height])
  return <canvas ref={ref} style={{ width, height }} aria-hidden="true" />
})

/** Where a window lies in the picture of a place. */
export function rectangle({ rows, columns }: { rows: Span; columns: Span }, { row, column, zoom }: Place) {
  return {
    x: (columns.from - column) * zoom,
    y: (rows.from - row) * zoom,
    across: columns.count * columns.step * zoom,
    down: rows.count * rows.step * zoom,
  }
}
