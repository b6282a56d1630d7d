// The diverging colour map of the theme as a table of pixels: zero is the surface, the ends are the range.
import { useSyncExternalStore } from 'react'

/** Colours of a table: odd, so that zero has one of its own. */
export const COLOURS = 255
const STOPS = 9

/** One packed RGBA pixel per colour, as ImageData has them in memory. */
export type Palette = Uint32Array

const dark = typeof matchMedia === 'undefined' ? undefined : matchMedia('(prefers-color-scheme: dark)')
let key = ''
let palette: Palette = new Uint32Array(COLOURS)

/** Of '#rrggbb', or of '#rgb', as which a minifier may write it. */
function channels(hex: string): number[] {
  const long = hex.length > 4 ? hex.slice(1) : [...hex.slice(1)].map((digit) => digit + digit).join('')
  return [0, 2, 4].map((at) => parseInt(long.slice(at, at + 2), 16))
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const stops = Array.from({ length: STOPS }, (_, i) => style.getPropertyValue(`--div-${i}`).trim())
  if (stops.join() === key) return palette
  key = stops.join()
  const colours = stops.map(channels)
  const bytes = new Uint8ClampedArray(4 * COLOURS)
  for (let i = 0; i < COLOURS; i++) {
    const at = (i / (COLOURS - 1)) * (STOPS - 1)
    const low = Math.min(STOPS - 2, Math.floor(at))
    for (let k = 0; k < 3; k++)
      bytes[4 * i + k] = colours[low][k] + (colours[low + 1][k] - colours[low][k]) * (at - low)
    bytes[4 * i + 3] = 255
  }
  palette = new Uint32Array(bytes.buffer)
  return palette
}

function listen(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  dark?.addEventListener('change', changed)
  return () => {
    observer.disconnect()
    dark?.removeEventListener('change', changed)
  }
}

/** The palette of the theme; a new object when that changes. */
export function usePalette(): Palette {
  return useSyncExternalStore(listen, readPalette)
}

/** A canvas with one pixel per value; `half` of the range goes to each end of the palette. */
export function painted(
  size: { rows: number; columns: number },
  value: (at: number, column: number) => number,
  half: number,
  palette: Palette,
): HTMLCanvasElement {
  const { rows, columns } = size
  const canvas = document.createElement('canvas')
  canvas.width = columns
  canvas.height = rows
  const context = canvas.getContext('2d')
  if (!context) throw new Error('this browser draws no canvas')
  const image = context.createImageData(columns, rows)
  const pixels = new Uint32Array(image.data.buffer)
  const middle = (COLOURS - 1) / 2
  const scale = middle / half
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++)
      pixels[at] = palette[Math.round(Math.max(0, Math.min(COLOURS - 1, middle + scale * value(at, column))))]
  context.putImageData(image, 0, 0)
  return canvas
}
