// The numbers of the room Layer that the page works out itself.
import { expect, test } from 'vitest'
import type { GroupAnswer } from '../worker/layer-questions.ts'
import { binName, binned, binsOf, loudest } from './layer-columns.ts'
import { clipErrors, groupView, nearestLevel, rangeOfLevels } from './layer-levels.ts'
import { clampPlace, fitZoom, indexIn, overview, showing, windowOf, zoomed } from './layer-place.ts'

const layer = { rows: 4096, columns: 14_336 }
const picture = { rows: 300, columns: 400 }

test('a place stays inside, keeps the point under the cursor, and shows what is asked for', () => {
  expect(fitZoom({ rows: 384, columns: 128 }, picture)).toBe(3.125)
  expect(fitZoom(layer, picture)).toBe(0.5)
  expect(clampPlace({ row: 9999, column: -5, zoom: 2 }, layer, picture)).toEqual({ row: 3946, column: 0, zoom: 2 })
  // A layer that is smaller than the picture begins at its top left.
  expect(clampPlace({ row: 3, column: 3, zoom: 3.125 }, { rows: 15, columns: 128 }, picture)).toMatchObject({ row: 0 })
  const place = { row: 100, column: 200, zoom: 4 }
  const at = { x: 130, y: 70 }
  const near = zoomed(place, 2, at)
  expect(near.column + at.x / near.zoom).toBeCloseTo(place.column + at.x / place.zoom, 9)
  expect(near.row + at.y / near.zoom).toBeCloseTo(place.row + at.y / place.zoom, 9)
  expect(showing(place, { row: 99, column: 350 }, picture)).toEqual({ row: 99, column: 251, zoom: 4 })
})

test('a window covers its picture, fits the layer, and small moves ask for nothing new', () => {
  for (const zoom of [0.02, 0.3, 0.5, 1, 3.1, 48])
    for (const row of [0, 17, 1000, 3500]) {
      const place = clampPlace({ row, column: 3 * row, zoom }, layer, picture)
      const { rows, columns } = windowOf(place, layer, picture)
      expect(rows.from).toBeLessThanOrEqual(place.row)
      expect(columns.from).toBeLessThanOrEqual(place.column)
      expect(rows.from + rows.count * rows.step).toBeGreaterThanOrEqual(
        Math.min(layer.rows, place.row + picture.rows / place.zoom),
      )
      expect(rows.from + (rows.count - 1) * rows.step).toBeLessThan(layer.rows)
      expect(columns.from + (columns.count - 1) * columns.step).toBeLessThan(layer.columns)
      expect(rows.count * columns.count).toBeLessThan(2 ** 21)
    }
  const here = windowOf({ row: 1010, column: 1010, zoom: 1 }, layer, picture)
  expect(windowOf({ row: 1020, column: 1040, zoom: 1 }, layer, picture)).toEqual(here)
  expect(indexIn(here, { row: here.rows.from + 2, column: here.columns.from + 3 })).toMatchObject({
    at: 2 * here.columns.count + 3,
  })
  expect(indexIn(here, { row: 0, column: 0 })).toBeUndefined()
  const all = overview(layer, { rows: 300, columns: 92 })
  expect([all.rows.count <= 300, all.columns.count <= 92, all.columns.step]).toEqual([true, true, 156])
})

const group: GroupAnswer = {
  row: 0,
  from: 64,
  weights: Float32Array.of(-0.3, 0.04, 0.11, 0.3),
  diagonal: Float32Array.of(1, 2, 3, 4),
  solved: {
    values: Float32Array.of(-0.2, 0.1, 0.1, 0.1),
    grid: {
      codes: Uint8Array.of(0, 3, 3, 3),
      levels: Float32Array.of(-0.2, -0.1, 0, 0.1),
      scale: 0.1,
      zero: 2,
      zeroKind: 'inside',
      scaleType: 'f32',
      bits: 2,
    },
  },
}

test('a group: who moved, what it cost, and what another range would cost', () => {
  const view = groupView(group)!
  expect(view.dots.map(({ nearest }) => nearest)).toEqual([0, 2, 3, 3])
  expect(view.moved).toBe(1)
  expect(view.errors.squared).toBeCloseTo(0.01 + 0.0036 + 0.0001 + 0.04, 7)
  expect(view.errors.weighted).toBeCloseTo(0.01 + 2 * 0.0036 + 3 * 0.0001 + 4 * 0.04, 7)
  expect(view.nearest.squared).toBeCloseTo(0.01 + 0.0016 + 0.0001 + 0.04, 7)
  const { grid } = group.solved!
  expect(rangeOfLevels(grid!.levels)).toEqual({ low: Math.fround(-0.2), high: Math.fround(0.1) })
  const wide = clipErrors(group, grid!, { low: -0.3, high: 0.3 })
  // 0.2 apart, zero = round(1.5) = 2 to even: −0.4, −0.2, 0, 0.2.
  expect([...wide.levels].map((level) => Number(level.toFixed(6)))).toEqual([-0.4, -0.2, 0, 0.2])
  expect(wide.errors.squared).toBeCloseTo(0.01 + 0.0016 + 0.0081 + 0.01, 6)
  expect(nearestLevel(grid!.levels, 0.04)).toBe(2)
})

test('columns in bins keep their sum, loudest first or in order', () => {
  const diagonal = Float32Array.from({ length: 600 }, (_, j) => (j * 7) % 601)
  const natural = binsOf(600, 'natural', diagonal)
  expect([natural.each, natural.count]).toEqual([3, 200])
  const sums = binned(diagonal, natural, 'sum')
  expect(sums.reduce((a, b) => a + b)).toBe(diagonal.reduce((a, b) => a + b))
  expect(binName(natural, 1, true)).toBe('3–5')
  const sorted = binned(diagonal, binsOf(600, 'diagonal', diagonal), 'mean')
  expect(sorted).toEqual(sorted.toSorted((a, b) => b - a))
  expect(loudest(Float32Array.of(1, 5, 0, 2, 2))).toEqual({ columns: [1, 3, 4], share: 0.9 })
})
