import { expect, test } from 'vitest'
import { random } from '../math/random.ts'
import { gaussians } from '../test/numbers.ts'
import { likeliest, probabilities, sampler, top } from './generate-sample.ts'

test('the likeliest token, and the likeliest few; of equal ones the lowest id', () => {
  expect(likeliest([1, 3, 2, 3])).toBe(1)
  expect(likeliest([-Infinity, -5])).toBe(1)
  expect(() => likeliest([1, NaN])).toThrow('the logit of token 1 is no number')
  expect(top([1, 3, 2, 3, 2], 3)).toEqual([1, 3, 2])
  expect(top([5], 3)).toEqual([0])
  const logits = gaussians(500, 1)
  const sorted = [...logits.keys()].sort((a, b) => logits[b] - logits[a])
  expect(top(logits, 20)).toEqual(sorted.slice(0, 20))
})

test('probabilities are a softmax, also of large logits', () => {
  const shares = probabilities([1000, 1000 + Math.log(3), -1000])
  expect(shares[0]).toBeCloseTo(0.25, 12)
  expect(shares[1]).toBeCloseTo(0.75, 12)
  expect(shares[2]).toBe(0)
  expect(probabilities([0, 2 * Math.log(3)], 2)[1]).toBeCloseTo(0.75, 12)
})

test('temperature 0 is greedy whatever the seed', () => {
  expect(sampler(0, 7)([0, 1, 1])).toBe(1)
})

test('a draw beyond the likeliest few goes on in their order', () => {
  const logits = Float64Array.from({ length: 2000 }, (_, id) => (id % 7) / 100)
  const order = [...logits.keys()].sort((a, b) => logits[b] - logits[a] || a - b)
  const [shares, { uniform }, pick] = [probabilities(logits), random(3), sampler(1, 3)]
  const ids = Array.from({ length: 20 }, () => {
    let left = uniform()
    const id = order.find((one) => (left -= shares[one]) < 0)
    expect(pick(logits)).toBe(id)
    return order.indexOf(id!)
  })
  expect(Math.max(...ids)).toBeGreaterThan(256)
})

test('draws follow the probabilities and repeat with the seed', () => {
  const logits = [Math.log(0.5), Math.log(0.2), Math.log(0.3)]
  const draws = (seed: number, temperature = 1) => {
    const pick = sampler(temperature, seed)
    return Array.from({ length: 4000 }, () => pick(logits))
  }
  const first = draws(1)
  expect(draws(1)).toEqual(first)
  expect(draws(2)).not.toEqual(first)
  const share = (ids: number[], id: number) => ids.filter((one) => one === id).length / ids.length
  // Four standard deviations of a share of 4000 draws are 0.03 at most.
  for (const [id, wanted] of [0.5, 0.2, 0.3].entries()) expect(Math.abs(share(first, id) - wanted)).toBeLessThan(0.032)
  // At temperature ½ probabilities are squared: 0.25, 0.04, 0.09 of 0.38.
  expect(Math.abs(share(draws(1, 0.5), 0) - 0.25 / 0.38)).toBeLessThan(0.032)
})
