import { describe, expect, test } from 'vitest'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { bitsWords, changedPlan, mixText, planFor, withMix } from './mix.ts'
import { readPlan, writePlan } from './url.ts'

const layers = ['q', 'k', 'v'].map((layer) => ({ layer }))
const mixed: Plan = { ...defaultPlan, layerBits: { q: 2, v: 8 } }

describe('a mix of bits', () => {
  test('is one digit per layer in the address, there and back', () => {
    const search = writePlan(mixed, '?room=compare', layers)
    expect(search).toBe('?mix=238&room=compare')
    const { plan, mix, problems } = readPlan(search)
    expect([plan, mix, problems]).toEqual([defaultPlan, '238', []])
    expect(planFor(plan, layers, mix)).toEqual({ plan: mixed, problems: [] })
  })

  test('waits in the address until the layers are known, and goes when all are alike', () => {
    expect(writePlan(defaultPlan, '?mix=238')).toBe('?mix=238')
    expect(writePlan(defaultPlan, '?mix=238', layers)).toBe('')
    expect(mixText(withMix(mixed, layers, [3, 3, 3]), layers)).toBeUndefined()
    expect(withMix(mixed, layers, [3, 3, 3])).toEqual(defaultPlan)
  })

  test('of another length is named, and one that has no such bits', () => {
    expect(planFor(defaultPlan, layers, '2222')).toEqual({
      plan: defaultPlan,
      problems: ['The link asks for mix=2222; it has 4 digits, the model has 3 layers. Kept 3 bits for all.'],
    })
    expect(readPlan('?mix=239')).toEqual({
      plan: defaultPlan,
      autorun: true,
      problems: ['The link asks for mix=239; allowed: one digit from 2 to 8 per layer. Kept 3 bits for all.'],
    })
  })

  test('ends when the bits are changed, and with the model it was made for', () => {
    expect(changedPlan(mixed, { bits: 4 })).toEqual({ ...defaultPlan, bits: 4 })
    expect(changedPlan(mixed, { group: 64 })).toEqual({ ...mixed, group: 64 })
    expect(changedPlan(mixed, { layerBits: { k: 4 } })).toEqual({ ...mixed, layerBits: { k: 4 } })
    expect(planFor(mixed, layers)).toEqual({ plan: mixed, problems: [] })
    expect(planFor(mixed, layers.slice(0, 2))).toEqual({
      plan: defaultPlan,
      problems: ['The mix of bits names 1 layer that this model does not have. Kept 3 bits for all.'],
    })
  })

  test('in words', () => {
    expect(bitsWords(mixed)).toBe('mixed bits (2, 3, 8)')
    expect(bitsWords(defaultPlan)).toBe('3 bits')
  })
})
