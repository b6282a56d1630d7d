// The kept moments against the codes they were made from.
import { expect, test } from 'vitest'
import { reference as pack } from '../kernels/pack-codes.ts'
import { random } from '../math/random.ts'
import { CodeHistory, type MomentLevels } from './history.ts'

const levels: MomentLevels = { scales: new Float32Array(7), zeros: new Float32Array(7) }

/** Codes [rows, columns] that change a little from moment to moment. */
function walk(rows: number, columns: number, bits: number, moments: number): Uint8Array[] {
  const { uniform } = random(3)
  const codes = Uint8Array.from({ length: rows * columns }, () => Math.floor(uniform() * 2 ** bits))
  return Array.from({ length: moments }, (_, k) => {
    for (let n = 0; n < (k ? 9 : 0); n++)
      codes[Math.floor(uniform() * codes.length)] = Math.floor(uniform() * 2 ** bits)
    return codes.slice()
  })
}

test.each([
  [7, 17, 3],
  [5, 257, 4],
  [3, 1, 8],
])('gives every moment of %i × %i codes of %i bits, in any order', (rows, columns, bits) => {
  const seen = walk(rows, columns, bits, 12)
  const history = new CodeHistory({ rows, columns, bits }, { moments: 100, bytes: 1e6 })
  seen.forEach((codes, k) =>
    history.add({ step: 'greedy', moves: k, objective: -k }, pack(codes, rows, columns, bits), levels),
  )
  const kept = history.moments.map(({ moves }) => moves)
  for (const k of [kept.length - 1, 0, kept.length >> 1, 1, kept.length - 1])
    expect(history.state(k).codes).toEqual(seen[kept[k]])
  expect(history.differing(pack(seen.at(-1)!, rows, columns, bits))).toBe(0)
})

test('thinned, it keeps the first and the last moment and those between are still right', () => {
  const seen = walk(6, 33, 3, 80)
  const history = new CodeHistory({ rows: 6, columns: 33, bits: 3 }, { moments: 10, bytes: 1e6 })
  seen.forEach((codes, k) => {
    history.add({ step: 'greedy', moves: k, objective: -k }, pack(codes, 6, 33, 3), levels)
    if (k % 20 === 5) history.state(history.moments.length >> 1)
  })
  expect(history.thinned).toBe(true)
  expect(history.moments.length).toBeLessThanOrEqual(10)
  expect(history.moments[0].moves).toBe(0)
  expect(history.moments.at(-1)!.moves).toBe(79)
  history.moments.forEach(({ moves }, k) => expect(history.state(k).codes).toEqual(seen[moves]))
})

test('more changes than are kept are refused with the numbers', () => {
  const seen = walk(6, 33, 3, 80)
  const history = new CodeHistory({ rows: 6, columns: 33, bits: 3 }, { moments: 1000, bytes: 500 })
  expect(() =>
    seen.forEach((codes, k) => history.add({ step: 'greedy', moves: k, objective: -k }, pack(codes, 6, 33, 3), levels)),
  ).toThrow(/take \d+ bytes, more than the 500 kept/)
})

test('a moment in which nothing changed takes the place of the last', () => {
  const [codes] = walk(2, 8, 3, 1)
  const history = new CodeHistory({ rows: 2, columns: 8, bits: 3 })
  history.add({ step: 'nearest', moves: 0, objective: 2 }, pack(codes, 2, 8, 3), levels)
  history.add({ step: 'greedy', moves: 0, objective: 1 }, pack(codes, 2, 8, 3), levels)
  expect(history.moments).toEqual([{ step: 'greedy', moves: 0, objective: 1 }])
})
