import { expect, test } from 'vitest'
import { random } from '../../math/random.ts'
import { MOST_POINTS, thinned } from './thin.ts'

const wave = (count: number) => {
  const source = random(4)
  return Array.from({ length: count }, (_, x) => ({ x, y: Math.sin(x / 50) + 0.1 * source.uniform() }))
}

test.each([0, 1, 2, 500])('%i points stay as they are', (count) => {
  const points = wave(count)
  expect(thinned(points)).toBe(points)
})

test.each([501, 1000, 12_345, 100_000])(
  '%i points become at most 500, in order, with both ends and the extremes',
  (count) => {
    const points = wave(count)
    points[Math.floor(count / 2)].y = 9
    points[Math.floor(count / 3)].y = -9
    const thin = thinned(points)
    expect(thin.length).toBeLessThanOrEqual(MOST_POINTS)
    expect(thin.length).toBeGreaterThan(MOST_POINTS / 2)
    expect(thin[0]).toBe(points[0])
    expect(thin[thin.length - 1]).toBe(points[count - 1])
    expect(Math.max(...thin.map(({ y }) => y))).toBe(9)
    expect(Math.min(...thin.map(({ y }) => y))).toBe(-9)
    expect(thin.every(({ x }, i) => i === 0 || thin[i - 1].x < x)).toBe(true)
  },
)

test('gaps stay gaps', () => {
  const points = wave(5000).map((point) => (point.x > 2000 && point.x < 3000 ? { x: point.x, y: null } : point))
  const thin = thinned(points)
  expect(thin.length).toBeLessThanOrEqual(MOST_POINTS)
  const inside = thin.filter(({ x }) => x > 2050 && x < 2950)
  expect(inside.length).toBeGreaterThan(0)
  expect(inside.every(({ y }) => y === null)).toBe(true)
})
