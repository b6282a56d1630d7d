// The frame of the descent chart.
import type { DescentData } from '../../store/curves.ts'
import { linearFrame, niceCeiling } from './scales.ts'

/** A curve may end this far up before the frame follows it; starts above are said in words. */
const TOP = 1.8

export interface DescentFrame {
  low: number
  high: number
  ticks: number[]
  /** End of the x axis, in moves per row. */
  width: number
  xTicks: number[]
}

/** The frame holds every end of a curve and, up to a limit, their starts. Without data it is a plain one. */
export function descentFrame(data: DescentData | undefined): DescentFrame {
  const { curves = [], start } = data ?? {}
  const ends = curves.map(({ ratio }) => ratio)
  const starts = curves.map(({ points }) => points[0].y)
  const settled = curves.filter(({ live }) => !live).map(({ ratio }) => ratio)
  const limit = Math.max(TOP, ...settled.map((ratio) => 1.05 * ratio))
  const least = Math.min(1, ...ends)
  const most = Math.max(1.1, ...ends, ...starts, start?.ratio ?? 1)
  const frame = linearFrame(Math.max(0, least - 0.25 * Math.max(1 - least, 0.1)), Math.min(limit, most), 9)
  const step = niceCeiling(Math.max(1, ...curves.map(({ x }) => x)) / 6)
  const steps = Math.ceil(Math.max(1, ...curves.map(({ x }) => x)) / step - 1e-9)
  const xTicks = Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(6)))
  return { ...frame, width: step * steps, xTicks }
}
