// Where a chart puts its numbers: the plot area inside the drawing, and the two scales. Plain numbers, no drawing.

/** An interval of an axis: linear, or logarithmic where `log` is set (both ends above 0). */
export interface Axis {
  low: number
  high: number
  log?: boolean
}

export interface Plot {
  /** Size of the whole drawing, in pixels. */
  width: number
  height: number
  left: number
  right: number
  top: number
  bottom: number
  /** Number → pixel. Values outside of the axis lie outside of the plot area. */
  X(value: number): number
  Y(value: number): number
  /** Pixel → number. */
  xAt(pixel: number): number
}

interface Extent {
  width: number
  height: number
  margin: { left: number; right: number; top: number; bottom: number }
  x: Axis
  y: Axis
}

export function plotOf({ width, height, margin, x, y }: Extent): Plot {
  const left = margin.left
  const right = Math.max(left + 1, width - margin.right)
  const { top } = margin
  const bottom = Math.max(top + 1, height - margin.bottom)
  const share = ({ low, high, log }: Axis, value: number) =>
    log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    X: (value) => left + (right - left) * share(x, value),
    Y: (value) => bottom - (bottom - top) * share(y, value),
    xAt: (pixel) => x.low + ((x.high - x.low) * (pixel - left)) / (right - left),
  }
}

/** A path through points in pixels; undefined ones leave a gap. */
export function polyline(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  let path = ''
  let pen = 'M'
  for (const point of points) {
    if (point) path += `${pen}${point[0].toFixed(1)} ${point[1].toFixed(1)}`
    pen = point ? 'L' : 'M'
  }
  return path
}

/** Index of the number nearest to `value`; −1 without any. `sorted` ascending. */
export function nearest(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (sorted[middle] <= value) low = middle
    else high = middle
  }
  if (high < 0) return -1
  return value - sorted[low] <= sorted[high] - value ? low : high
}
