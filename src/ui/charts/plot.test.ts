import { expect, test } from 'vitest'
import { nearest, plotOf, polyline } from './plot.ts'

const margin = { left: 40, right: 60, top: 20, bottom: 30 }

test('the axes end at the edges of the plot area', () => {
  const plot = plotOf({ width: 300, height: 150, margin, x: { low: -0.5, high: 27.5 }, y: { low: 0.6, high: 1.1 } })
  expect([plot.X(-0.5), plot.X(27.5)]).toEqual([40, 240])
  expect([plot.Y(0.6), plot.Y(1.1)]).toEqual([120, 20])
  expect(plot.xAt(plot.X(13))).toBeCloseTo(13, 10)
})

test('on a log axis equal ratios are equal lengths', () => {
  const plot = plotOf({ width: 300, height: 150, margin, x: { low: 0, high: 1 }, y: { low: 0.01, high: 1, log: true } })
  expect([0.01, 0.1, 1].map(plot.Y).map(Math.round)).toEqual([120, 70, 20])
})

test('a drawing narrower than its margins still has a plot area', () => {
  const { left, right, top, bottom } = plotOf({
    width: 50,
    height: 10,
    margin,
    x: { low: 0, high: 1 },
    y: { low: 0, high: 1 },
  })
  expect([right - left, bottom - top]).toEqual([1, 1])
})

test('a polyline leaves gaps', () => {
  expect(polyline([[0, 1], [2, 3.25], undefined, [5, 6]])).toBe('M0.0 1.0L2.0 3.3M5.0 6.0') // prettier-ignore
  expect(polyline([])).toBe('')
})

test('the nearest of sorted numbers', () => {
  const at = (value: number) => nearest([0, 1, 4, 9], value)
  expect([-3, 0.4, 0.6, 2, 3, 6.4, 6.6, 99].map(at)).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
  expect([nearest([], 1), nearest([7], 1)]).toEqual([-1, 0])
})
