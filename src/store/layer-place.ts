// Where the room Layer looks: the weight at the top left of a picture and how large a weight is drawn. Numbers to
// numbers; pictures and windows follow from it.
import type { Span } from '../worker/layer-questions.ts'

/** `row` and `column` lie at the top left, parts of a weight included; `zoom` in CSS pixels per weight. */
export interface Place {
  row: number
  column: number
  zoom: number
}

/** Rows and columns of a layer, or CSS pixels of a picture: down, across. */
export interface Extent {
  rows: number
  columns: number
}

/** A weight is drawn this large at most. */
export const MOST_ZOOM = 48
/** Part of a picture that is fetched beyond each of its edges. */
const MARGIN = 0.5

/** The whole width of a layer, if a weight is then at least half a pixel; never more than `MOST_ZOOM`. */
export function fitZoom(layer: Extent, picture: Extent): number {
  return Math.min(MOST_ZOOM, Math.max(0.5, picture.columns / layer.columns))
}

/** The least zoom: all columns, or all rows, in the picture. */
export function leastZoom(layer: Extent, picture: Extent): number {
  return Math.min(picture.columns / layer.columns, picture.rows / layer.rows, fitZoom(layer, picture))
}

/** The place with its picture inside the layer. */
export function clampPlace({ row, column, zoom }: Place, layer: Extent, picture: Extent): Place {
  const kept = Math.min(MOST_ZOOM, Math.max(leastZoom(layer, picture), zoom))
  const inside = (at: number, all: number, pixels: number) => Math.max(0, Math.min(at, all - pixels / kept))
  return {
    row: inside(row, layer.rows, picture.rows),
    column: inside(column, layer.columns, picture.columns),
    zoom: kept,
  }
}

/** Larger or smaller by a factor, with what lies `x` and `y` pixels from the top left staying there. */
export function zoomed(place: Place, factor: number, { x, y }: { x: number; y: number }): Place {
  const zoom = Math.min(MOST_ZOOM, place.zoom * factor)
  return {
    row: place.row + y / place.zoom - y / zoom,
    column: place.column + x / place.zoom - x / zoom,
    zoom,
  }
}

/** The place moved as little as shows the weight. */
export function showing(place: Place, weight: { row: number; column: number }, picture: Extent): Place {
  const near = (at: number, wanted: number, pixels: number) => {
    const span = pixels / place.zoom
    return wanted < at ? wanted : wanted + 1 > at + span ? wanted + 1 - span : at
  }
  return {
    ...place,
    row: near(place.row, weight.row, picture.rows),
    column: near(place.column, weight.column, picture.columns),
  }
}

/** Weights that one drawn one stands for, along an axis. */
export const stepOf = (zoom: number): number => Math.max(1, Math.floor(1 / zoom))

/** First and last row or column that is at least partly in the picture. */
export function visible(at: number, zoom: number, pixels: number, all: number): { first: number; last: number } {
  const first = Math.min(all - 1, Math.max(0, Math.floor(at + 1e-6)))
  return { first, last: Math.max(first, Math.min(all - 1, Math.ceil(at + pixels / zoom - 1e-6) - 1)) }
}

/** What to fetch for a place: the picture and a margin, so that small moves need nothing new. */
export function windowOf(place: Place, layer: Extent, picture: Extent): { rows: Span; columns: Span } {
  const step = stepOf(place.zoom)
  const span = (at: number, pixels: number, all: number): Span => {
    const length = pixels / place.zoom
    // Whole steps of a coarse raster, so that nearby places ask for the same.
    const raster = step * Math.max(1, Math.round((MARGIN * length) / step))
    const from = Math.max(0, Math.floor(at / raster - 1) * raster)
    const to = Math.min(all, Math.ceil((at + length) / raster + 1) * raster)
    return { from, count: Math.max(1, Math.ceil((to - from) / step)), step }
  }
  return {
    rows: span(place.row, picture.rows, layer.rows),
    columns: span(place.column, picture.columns, layer.columns),
  }
}

/** All of a layer, in at most so many pixels. */
export function overview(layer: Extent, pixels: Extent): { rows: Span; columns: Span } {
  const span = (all: number, most: number): Span => {
    const step = Math.max(1, Math.ceil(all / most))
    return { from: 0, count: Math.ceil(all / step), step }
  }
  return { rows: span(layer.rows, pixels.rows), columns: span(layer.columns, pixels.columns) }
}

/** Index in a window of the weight, or of the one drawn in its stead; undefined outside. */
export function indexIn(
  { rows, columns }: { rows: Span; columns: Span },
  { row, column }: { row: number; column: number },
): { at: number; row: number; column: number } | undefined {
  const r = Math.floor((row - rows.from) / rows.step)
  const c = Math.floor((column - columns.from) / columns.step)
  if (r < 0 || r >= rows.count || c < 0 || c >= columns.count) return undefined
  return {
    at: r * columns.count + c,
    row: rows.from + r * rows.step,
    column: columns.from + c * columns.step,
  }
}
