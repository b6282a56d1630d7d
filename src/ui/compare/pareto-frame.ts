// The frame of size against loss, and words for what lies outside of it: 8 bits lose so little that their points would
// press all others together.
import { type Measure, onLogAxis, valueText } from '../../store/matrix.ts'
import type { ParetoPoint } from '../../store/pareto.ts'
import { linearFrame, logFrame } from '../charts/scales.ts'

export interface Frame {
  low: number
  high: number
  ticks: number[]
}

export interface ParetoFrame {
  x: Frame
  y: Frame
  /** The y axis is logarithmic. */
  log: boolean
  inside: readonly ParetoPoint[]
  /** The points outside, in words; empty where there are none. */
  beyond: string
}

/** Points of more effective bits lie outside where there are smaller ones. */
const WIDE = 6

/** Values that differ more than so many times are drawn on a log axis, whatever they measure. */
const FAR = 4

/** @param lines values on the y axis that have lines of their own. */
export function paretoFrame(
  points: readonly ParetoPoint[],
  measure: Measure,
  lines: readonly number[],
  budget: number | undefined,
): ParetoFrame {
  const small = points.filter(({ x }) => x < WIDE)
  const inside = small.length ? small : points
  const outside = points.filter((point) => !inside.includes(point))
  const sizes = [...inside.map(({ x }) => x), ...(budget === undefined ? [] : [budget])]
  const values = [...inside.map(({ y }) => y), ...lines]
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0.01, 0.1]
  const log = low > 0 && (onLogAxis(measure) || high / low > FAR)
  return {
    x: sizes.length ? sizeFrame(Math.min(...sizes), Math.max(...sizes)) : linearFrame(2, 5, 7),
    y: log ? logFrame(low, high) : linearFrame(low, Math.max(high, low + 1e-6), 6),
    log,
    inside,
    beyond: outside.length ? beyondWords(outside, measure) : '',
  }
}

/** At least one bit wide: results of one size stand in the middle. */
function sizeFrame(low: number, high: number): Frame {
  const missing = Math.max(0, 1 - (high - low)) / 2
  return linearFrame(low - missing, high + missing, 7)
}

function beyondWords(points: readonly ParetoPoint[], measure: Measure): string {
  const values = points.map(({ y }) => y)
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => valueText(value, measure))
  const bits = [...new Set(points.map((point) => point.bits))].sort((a, b) => a - b).join(', ')
  return `${bits} bits: ${low === high ? low : `${low} to ${high}`}, outside this frame`
}
