import { expect, test } from 'vitest'
import {
  bytes,
  clock,
  count,
  duration,
  list,
  millions,
  percent,
  percentTick,
  signedPercent,
  significant,
} from './wording.ts'

test.each([
  [0.0123449, '0.01234'],
  [0.012345, '0.01235'],
  [0.01, '0.01000'],
  [1.4842, '1.484'],
  [0.99996, '1.000'],
  [12345.6, '12346'],
  [0.00000123456, '0.000001235'],
  [0, '0'],
  [-0.5, '−0.5000'],
  [Infinity, '∞'],
])('%d with four digits is %s', (value, expected) => expect(significant(value, 4)).toBe(expected))

test('percentages have a thin space and a true minus', () => {
  expect(percent(0.0712)).toBe('7.1\u202f%')
  expect(percent(12.3)).toBe('1,230\u202f%')
  expect(signedPercent(-0.0712)).toBe('−7.1\u202f%')
  expect(signedPercent(0.02)).toBe('+2.0\u202f%')
  expect(signedPercent(-0.0001)).toBe('0.0\u202f%')
  expect(percentTick(0.0005)).toBe('0.05\u202f%')
})

test('times', () => {
  expect([400, 12400, 99_400, 200_000, 3_720_000].map((ms) => duration(ms))).toEqual([
    '0.4 s',
    '12 s',
    '99 s',
    '3 min 20 s',
    '1 h 2 min',
  ])
  expect(duration(12400, true)).toBe('12.4 s')
  expect(duration(119_800)).toBe('2 min 0 s')
  expect(clock(69_000)).toBe('1:09')
})

test('sizes, counts and lists', () => {
  expect([512, 134_217_728, 4_294_967_292, 1_841_368].map(bytes)).toEqual(['512 bytes', '134 MB', '4.3 GB', '1.8 MB'])
  expect(count(918656)).toBe('918,656')
  expect([918_656, 134_515_008].map(millions)).toEqual(['0.92 M', '135 M'])
  expect(list(['a', 'b', 'c'])).toBe('a, b and c')
})
