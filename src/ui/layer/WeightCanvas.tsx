// One picture of weights: a painted window drawn where the place says. The canvas is as sharp as the screen.
import { useLayoutEffect, useRef } from 'react'
import type { Place } from '../../store/layer-place.ts'
import type { Span } from '../../worker/layer-questions.ts'

interface Props {
  /** One pixel per weight of the window. */
  image: HTMLCanvasElement | undefined
  window: { rows: Span; columns: Span } | undefined
  place: Place
  width: number
  height: number
}

export function WeightCanvas({ image, window, place, width, height }: Props) {
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
    if (!image || !window) return
    const { rows, columns } = window
    const scale = place.zoom * ratio
    context.imageSmoothingEnabled = false
    context.drawImage(
      image,
      (columns.from - place.column) * scale,
      (rows.from - place.row) * scale,
      columns.count * columns.step * scale,
      rows.count * rows.step * scale,
    )
  }, [image, window, place, width, height])
  return <canvas ref={ref} style={{ width, height }} aria-hidden="true" />
}
