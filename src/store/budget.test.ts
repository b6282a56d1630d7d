// The budget against every mix there is, on small random problems.
import { describe, expect, test } from 'vitest'
import { random } from '../math/random.ts'
import { budgetPath, commonBits, hull, mixWithin, uniformMix, type Choice, type LayerChoices } from './budget.ts'

const widths = [2, 3, 4, 8]

/** Losses fall with bits, mostly, and not always convexly: at most as far as real layers do not. */
function problem(seed: number, layers: number): LayerChoices[] {
  const source = random(seed)
  return Array.from({ length: layers }, (_, i) => {
    const weights = 16 * (1 + source.integer(9))
    const hardness = source.uniform()
    const choices = widths.map((bits) => ({
      bits,
      cost: weights * bits + 40,
      loss: hardness * 4 ** -bits * (0.3 + 2 * source.uniform()),
    }))
    return { layer: `layer ${i}`, weights, choices }
  })
}

/** Every choice of every layer. */
function* all(layers: readonly LayerChoices[]): Generator<Choice[]> {
  if (!layers.length) return yield []
  for (const rest of all(layers.slice(1))) for (const choice of layers[0].choices) yield [choice, ...rest]
}

const total = (choices: readonly Choice[], of: 'cost' | 'loss') => choices.reduce((sum, choice) => sum + choice[of], 0)

describe('a bit budget', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('no mix of all 1,024 beats one of the path at its cost (seed %d)', (seed) => {
    const layers = problem(seed, 5)
    const mixes = [...all(layers)].map((choices) => ({ cost: total(choices, 'cost'), loss: total(choices, 'loss') }))
    expect(mixes).toHaveLength(1024)
    const path = budgetPath(layers)
    expect(path.length).toBeGreaterThan(5)
    for (const mix of path) {
      const best = Math.min(...mixes.filter(({ cost }) => cost <= mix.cost).map(({ loss }) => loss))
      // Sums of the same five numbers in two orders.
      expect(mix.loss / best).toBeCloseTo(1, 12)
      expect(mix.cost).toBe(total(mix.choices, 'cost'))
    }
  })

  test('a path costs more and loses less with every step, which grows one layer', () => {
    const path = budgetPath(problem(9, 7))
    for (const [i, mix] of path.entries()) {
      if (!i) continue
      expect(mix.cost).toBeGreaterThan(path[i - 1].cost)
      expect(mix.loss).toBeLessThan(path[i - 1].loss)
      expect(mix.choices.flatMap((choice, at) => (choice === path[i - 1].choices[at] ? [] : [at]))).toEqual([mix.grown])
    }
  })

  test('pinned layers stay, and the others are still the best for them', () => {
    const layers = problem(10, 4)
    const pins = { 'layer 1': 3, 'layer 3': 8 }
    const mixes = [...all(layers)].filter((choices) => choices[1].bits === 3 && choices[3].bits === 8)
    for (const mix of budgetPath(layers, pins)) {
      expect([mix.choices[1].bits, mix.choices[3].bits]).toEqual([3, 8])
      const best = Math.min(...mixes.filter((all) => total(all, 'cost') <= mix.cost).map((all) => total(all, 'loss')))
      expect(mix.loss / best).toBeCloseTo(1, 12)
    }
    expect(() => budgetPath(layers, { 'layer 0': 5 })).toThrow(/layer 0 was not measured at 5 bits/)
  })

  test('the hull leaves out what lies above it, and what costs more for nothing', () => {
    const choice = (bits: number, loss: number) => ({ bits, cost: bits * 10, loss })
    const bits = (choices: readonly Choice[]) => hull(choices).map((one) => one.bits)
    expect(bits([choice(2, 10), choice(3, 9.5), choice(4, 1), choice(8, 0)])).toEqual([2, 4, 8])
    expect(bits([choice(8, 1), choice(4, 1), choice(2, 5)])).toEqual([2, 4])
    expect(bits([choice(2, 6), choice(3, 4), choice(4, 2)])).toEqual([2, 3, 4])
    expect(bits([choice(4, 3)])).toEqual([4])
  })

  test('a budget buys the last mix that costs no more', () => {
    const layers = problem(11, 3)
    const path = budgetPath(layers)
    expect(mixWithin(path, 0)).toBe(0)
    expect(mixWithin(path, path[2].cost)).toBe(2)
    expect(mixWithin(path, path[2].cost - 1)).toBe(1)
    expect(mixWithin(path, Infinity)).toBe(path.length - 1)
    const uniform = uniformMix(layers, 3)!
    expect(path[mixWithin(path, uniform.cost)].cost).toBeLessThanOrEqual(uniform.cost)
    expect(uniformMix(layers, 5)).toBeUndefined()
    expect(commonBits(layers)).toEqual(widths)
    expect(commonBits([...layers, { ...layers[0], choices: layers[0].choices.slice(1) }])).toEqual([3, 4, 8])
  })
})
