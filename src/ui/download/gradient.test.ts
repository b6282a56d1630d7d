import { expect, test } from 'vitest'
import { linearGradient } from './gradient.ts'

test('colours at equal steps and at percentages, to the right or down', () => {
  expect(linearGradient('linear-gradient(to right, rgb(1, 2, 3), rgba(4, 5, 6, 0.5), rgb(7, 8, 9))')).toEqual({
    down: false,
    stops: [
      { colour: 'rgb(1, 2, 3)', at: 0 },
      { colour: 'rgba(4, 5, 6, 0.5)', at: 0.5 },
      { colour: 'rgb(7, 8, 9)', at: 1 },
    ],
  })
  expect(
    linearGradient('linear-gradient(90deg, rgb(0, 0, 0) 25%, rgb(9, 9, 9) 25%)')?.stops.map(({ at }) => at),
  ).toEqual([0.25, 0.25])
  expect(linearGradient('linear-gradient(rgb(0, 0, 0), rgb(9, 9, 9))')?.down).toBe(true)
})

test.each([
  'none',
  'url("x.png")',
  'repeating-linear-gradient(135deg, red, blue)',
  'linear-gradient(45deg, red, blue)',
])('%s is none of these', (image) => expect(linearGradient(image)).toBeUndefined())
