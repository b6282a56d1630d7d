// Random partitions of columns into pairs, the same for all rows of a layer; of an odd number of columns one is alone.
// tournament: rounds in which every pair of columns meets exactly once, by the circle method on a random order of the
// columns. Each partition by itself is as random as one drawn afresh, but a row without a gain for a whole round is at a
// minimum of all its pairs. independent: every partition drawn afresh, as the paper has it.
import { random, type Random } from '../../math/random.ts'

export const draws = ['tournament', 'independent'] as const
export type Draw = (typeof draws)[number]

/** Columns of a pair; the same twice for a column alone. */
export type Pair = readonly [i: number, j: number]

/** Partitions without end, each of ⌈columns / 2⌉ pairs. */
export function* partitions(columns: number, draw: Draw, seed: number): Generator<Pair[], never> {
  const source = random(seed)
  // A seat that stays empty where the columns are odd.
  const seats = columns + (columns % 2)
  for (;;) {
    const order = shuffled(columns, source)
    const pair = (a: number, b: number): Pair => [order[a] ?? order[b], order[b] ?? order[a]]
    if (draw === 'independent') yield Array.from({ length: seats / 2 }, (_, p) => pair(2 * p, 2 * p + 1))
    else
      for (let turn = 0; turn < seats - 1; turn++)
        yield Array.from({ length: seats / 2 }, (_, p) =>
          p === 0 ? pair(turn, seats - 1) : pair((turn + p) % (seats - 1), (turn + seats - 1 - p) % (seats - 1)),
        )
  }
}

/** The columns in random order (Fisher and Yates). */
function shuffled(columns: number, { integer }: Random): number[] {
  const order = Array.from({ length: columns }, (_, j) => j)
  for (let last = columns - 1; last > 0; last--) {
    const chosen = integer(last + 1)
    ;[order[last], order[chosen]] = [order[chosen], order[last]]
  }
  return order
}
