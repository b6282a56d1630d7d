// The box of an element as SVG: its background, plain gradient, rings, outline and borders.
import { linearGradient } from './gradient.ts'

/** In pixels of the picture. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

export const round = (value: number) => String(Math.round(value * 100) / 100)
const seen = (colour: string) => !/^(transparent|rgba\(.*, 0\)|.*\/ 0\))$/.test(colour)

/** Attributes of a rectangle, made smaller by `inset` on every side. */
export function rect({ x, y, width, height }: Box, inset = 0): string {
  const [w, h] = [width - 2 * inset, height - 2 * inset].map((size) => round(Math.max(0, size)))
  return `x="${round(x + inset)}" y="${round(y + inset)}" width="${w}" height="${h}"`
}

/** From the back to the front. `nextId`: a name for a gradient, new in the picture. */
export function boxParts(style: CSSStyleDeclaration, box: Box, nextId: () => string): string[] {
  if (!box.width || !box.height) return []
  const radius = Math.min(parseFloat(style.borderTopLeftRadius) || 0, box.height / 2)
  const rx = radius ? ` rx="${round(radius)}"` : ''
  const ring = (colour: string, width: number, inset: number, dash = '') =>
    `<rect ${rect(box, inset)}${rx} fill="none" stroke="${colour}" stroke-width="${width}"${dash}/>`
  const parts: string[] = []
  if (seen(style.backgroundColor)) parts.push(`<rect ${rect(box)}${rx} fill="${style.backgroundColor}"/>`)
  const gradient = linearGradient(style.backgroundImage)
  if (gradient) {
    const id = nextId()
    const stops = gradient.stops.map(({ colour, at }) => `<stop offset="${round(at)}" stop-color="${colour}"/>`)
    const ends = gradient.down ? ' x2="0" y2="1"' : ''
    parts.push(`<linearGradient id="${id}"${ends}>${stops.join('')}</linearGradient>`)
    parts.push(`<rect ${rect(box)}${rx} fill="url(#${id})"/>`)
  }
  // Shadows without blur are rings: inside, or around.
  for (const [, colour, spread, inset] of style.boxShadow.matchAll(/(rgb[^)]*\)) 0px 0px 0px ([\d.]+)px( inset)?/g)) {
    const width = Number(spread)
    if (seen(colour) && width > 0) parts.push(ring(colour, width, inset ? width / 2 : -width / 2))
  }
  const outline = parseFloat(style.outlineWidth)
  if (style.outlineStyle !== 'none' && outline > 0 && seen(style.outlineColor))
    parts.push(ring(style.outlineColor, outline, -parseFloat(style.outlineOffset) - outline / 2))
  return [...parts, ...borders(style, box, ring)]
}

function borders(
  style: CSSStyleDeclaration,
  { x, y, width, height }: Box,
  ring: (colour: string, width: number, inset: number, dash: string) => string,
): string[] {
  const sides = (['Top', 'Right', 'Bottom', 'Left'] as const).map((side) => {
    const kind = style[`border${side}Style`]
    const wide = kind === 'none' ? 0 : parseFloat(style[`border${side}Width`]) || 0
    const dash = kind === 'dashed' ? ' stroke-dasharray="4 3"' : kind === 'dotted' ? ' stroke-dasharray="1 3"' : ''
    return { wide, colour: style[`border${side}Color`], dash, drawn: wide > 0 && seen(style[`border${side}Color`]) }
  })
  const [top, right, bottom, left] = sides
  if (sides.every(({ drawn, wide }) => drawn && wide === top.wide))
    return [ring(top.colour, top.wide, top.wide / 2, top.dash)]
  const lines = [
    `M${round(x)} ${round(y + top.wide / 2)}H${round(x + width)}`,
    `M${round(x + width - right.wide / 2)} ${round(y)}V${round(y + height)}`,
    `M${round(x)} ${round(y + height - bottom.wide / 2)}H${round(x + width)}`,
    `M${round(x + left.wide / 2)} ${round(y)}V${round(y + height)}`,
  ]
  return sides.flatMap(({ wide, colour, dash, drawn }, i) =>
    drawn ? [`<path d="${lines[i]}" fill="none" stroke="${colour}" stroke-width="${wide}"${dash}/>`] : [],
  )
}
