import { expect, test } from 'vitest'
import { linearFrame, logFrame, niceCeiling, spread } from './scales.ts'

test.each([
  [0.3, 0.5],
  [1, 1],
  [7, 10],
  [21, 50],
])('the next nice number from %d is %d', (value, nice) => expect(niceCeiling(value)).toBe(nice))

test('linear frames end on ticks', () => {
  expect(linearFrame(0.87, 1.66, 9)).toEqual({
    low: 0.8,
    high: 1.7,
    ticks: [0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7],
  })
  expect(linearFrame(0, 17.3, 6)).toEqual({ low: 0, high: 20, ticks: [0, 5, 10, 15, 20] })
  expect(linearFrame(1, 1, 5).ticks.length).toBeGreaterThan(1)
})

test('log frames have ticks at 1-2-5, over many decades at 1', () => {
  expect(logFrame(0.0083, 0.061)).toEqual({ low: 0.005, high: 0.1, ticks: [0.005, 0.01, 0.02, 0.05, 0.1] })
  expect(logFrame(2e-5, 0.5).ticks).toEqual([1e-5, 1e-4, 1e-3, 0.01, 0.1, 1])
  expect(logFrame(0.02, 0.02).ticks).toEqual([0.02, 0.05])
})

test('labels keep their order, do not overlap and stay inside', () => {
  const places = spread([{ y: 50, height: 16 }, { y: 52, height: 16 }, { y: 51, height: 16 }, { y: 99, height: 16 }], 0, 100) // prettier-ignore
  const [a, c, b, d] = [places[0], places[1], places[2], places[3]]
  expect(b - a).toBeGreaterThan(15.5)
  expect(c - b).toBeGreaterThan(15.5)
  expect(d).toBeLessThanOrEqual(92)
  expect(spread([], 0, 10)).toEqual([])
})
