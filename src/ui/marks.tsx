// What a recipe looks like: colour and dash by its class (tokens.css), and its marker. The same in chips, charts,
// table and bars.
import type { ReactNode } from 'react'
import { recipeStyle } from './recipe-style.ts'

/** Class that carries a recipe's colour `--m` and dash `--dash`. */
export function recipeClass(name: string): string {
  return `m-${recipeStyle(name)}`
}

type Draw = (x: number, y: number, r: number) => { d: string; open?: boolean }

const path = (...points: readonly (readonly [number, number])[]) =>
  points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')

const polygon = (...points: readonly (readonly [number, number])[]) => `${path(...points)}Z`

const cross: Draw = (x, y, r) => {
  const k = r * 0.76
  return { d: path([x - k, y - k], [x + k, y + k]) + path([x + k, y - k], [x - k, y + k]) }
}
const square: Draw = (x, y, r) => {
  const k = r * 0.8
  return { d: polygon([x - k, y - k], [x + k, y - k], [x + k, y + k], [x - k, y + k]), open: true }
}
const triangle: Draw = (x, y, r) => ({
  d: polygon([x, y - r * 1.05], [x + r, y + r * 0.75], [x - r, y + r * 0.75]),
  open: true,
})
const circle: Draw = (x, y, r) => {
  const k = r * 0.92
  const arc = (dx: number) => `a${k.toFixed(2)} ${k.toFixed(2)} 0 1 0 ${dx.toFixed(2)} 0`
  return { d: `M${(x - k).toFixed(2)} ${y.toFixed(1)}${arc(2 * k)}${arc(-2 * k)}Z` }
}
const diamond: Draw = (x, y, r) => {
  const k = r * 1.1
  return { d: polygon([x, y - k], [x + k, y], [x, y + k], [x - k, y]) }
}
const bar: Draw = (x, y, r) => ({ d: path([x - r * 1.1, y], [x + r * 1.1, y]) })
const down: Draw = (x, y, r) => ({ d: polygon([x, y + r * 1.05], [x + r, y - r * 0.75], [x - r, y - r * 0.75]) })
const ring: Draw = (x, y, r) => ({ d: circle(x, y, r).d, open: true })
const dotted: Draw = (x, y, r) => ({ d: circle(x, y, r).d + circle(x, y, r * 0.3).d, open: true })
const plus: Draw = (x, y, r) => ({ d: path([x - r, y], [x + r, y]) + path([x, y - r], [x, y + r]) })
const asterisk: Draw = (x, y, r) => ({ d: plus(x, y, r).d + cross(x, y, r * 0.95).d })
const wheel: Draw = (x, y, r) => ({ d: circle(x, y, r).d + plus(x, y, r * 0.9).d, open: true })
const hexagon: Draw = (x, y, r) => {
  const k = r * 0.87
  return {
    d: polygon([x, y - r], [x + k, y - r / 2], [x + k, y + r / 2], [x, y + r], [x - k, y + r / 2], [x - k, y - r / 2]),
  }
}
const hourglass: Draw = (x, y, r) => ({ d: polygon([x - r, y - r], [x + r, y - r], [x - r, y + r], [x + r, y + r]) })
const bow: Draw = (x, y, r) => ({ d: polygon([x - r, y - r], [x - r, y + r], [x + r, y - r], [x + r, y + r]) })

const open =
  (draw: Draw): Draw =>
  (x, y, r) => ({ d: draw(x, y, r).d, open: true })
const filled =
  (draw: Draw): Draw =>
  (x, y, r) => ({ d: draw(x, y, r).d })

const markers: Readonly<Record<string, Draw>> = {
  unquantized: bar,
  rtn: cross,
  gptq: square,
  cyclic: triangle,
  cdquant: circle,
  'gptq-cdquant': diamond,
  quantease: filled(triangle),
  refit: dotted,
  block: filled(square),
  'gptq-block': hourglass,
  awq: open(down),
  'awq-cdquant': down,
  quip: asterisk,
  'quip-cdquant': wheel,
  framequant: open(hexagon),
  'framequant-cdquant': hexagon,
  'own-1': plus,
  'own-2': bow,
  'own-3': ring,
  'own-4': open(diamond),
}

/** Markers at many places as one path. */
export function Marks({
  recipe,
  at,
  r,
}: {
  recipe: string
  at: readonly (readonly [number, number])[]
  r: number
}): ReactNode {
  const drawn = at.map(([x, y]) => markers[recipeStyle(recipe)](x, y, r))
  if (!drawn.length) return null
  return (
    <path
      className={`mark ${recipeClass(recipe)}${drawn[0].open ? ' open' : ''}`}
      d={drawn.map(({ d }) => d).join('')}
    />
  )
}

/** A marker at (x, y) of radius `r`, inside an SVG. */
export function Mark({ recipe, x, y, r = 4.2 }: { recipe: string; x: number; y: number; r?: number }): ReactNode {
  const { d, open } = markers[recipeStyle(recipe)](x, y, r)
  return <path className={`mark ${recipeClass(recipe)}${open ? ' open' : ''}`} d={d} />
}

/** The line of a recipe with its marker, as chips show it. */
export function Swatch({ recipe }: { recipe: string }) {
  return (
    <svg className={`swatch ${recipeClass(recipe)}`} viewBox="0 0 34 14" width="34" height="14" aria-hidden="true">
      <path className="line" d="M0 7H34" />
      <Mark recipe={recipe} x={17} y={7} />
    </svg>
  )
}

/** The marker alone, in running text and table heads. */
export function Glyph({ recipe }: { recipe: string }) {
  return (
    <svg className="glyph" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <Mark recipe={recipe} x={6} y={6} />
    </svg>
  )
}
