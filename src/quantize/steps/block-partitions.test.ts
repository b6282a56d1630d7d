import { describe, expect, test } from 'vitest'
import { draws, partitions } from './block-partitions.ts'

describe('partitions', () => {
  test.each(draws.flatMap((draw) => [1, 2, 3, 8, 17].map((columns) => ({ draw, columns }))))(
    '$draw, $columns columns: every column once',
    ({ draw, columns }) => {
      const drawn = partitions(columns, draw, 5)
      for (let step = 0; step < 40; step++) {
        const pairs = drawn.next().value
        expect(pairs).toHaveLength(Math.ceil(columns / 2))
        const alone = pairs.filter(([i, j]) => i === j)
        expect(alone).toHaveLength(columns % 2)
        const all = pairs.flatMap(([i, j]) => (i === j ? [i] : [i, j])).sort((a, b) => a - b)
        expect(all).toEqual(Array.from({ length: columns }, (_, j) => j))
      }
    },
  )

  test.each([2, 3, 8, 17])(
    'tournament of %i columns: every pair once a round, and another round after it',
    (columns) => {
      const drawn = partitions(columns, 'tournament', 5)
      const length = columns + (columns % 2) - 1
      const round = () =>
        Array.from({ length }, () => drawn.next().value)
          .flat()
          .filter(([i, j]) => i !== j)
          .map(([i, j]) => `${Math.min(i, j)} ${Math.max(i, j)}`)
      const [first, second] = [round(), round()]
      expect(new Set(first).size).toBe((columns * (columns - 1)) / 2)
      expect(first).toHaveLength(new Set(first).size)
      expect([...second].sort()).toEqual([...first].sort())
      if (columns > 3) expect(second).not.toEqual(first)
    },
  )

  test('the seed decides', () => {
    const first = (seed: number) => partitions(12, 'independent', seed).next().value
    expect(first(3)).toEqual(first(3))
    expect(first(3)).not.toEqual(first(4))
  })
})
