import { describe, expect, test } from 'vitest'
import { defaultPlan } from '../pipeline/plan.ts'
import { readPlan, writePlan } from './url.ts'

describe('the plan in the address', () => {
  test('defaults write nothing and nothing reads as defaults', () => {
    expect(writePlan(defaultPlan)).toBe('')
    expect(readPlan('')).toEqual({ plan: defaultPlan, autorun: true, problems: [] })
  })

  test('every field survives the way there and back', () => {
    const plan = {
      ...defaultPlan,
      bits: 4,
      group: 64,
      recipes: ['gptq', 'gptq+cdquant'],
      grid: 'clip',
      symmetric: true,
      order: 'activation',
      scaleType: 'f32',
      samples: 8,
      windows: 0,
      window: 128,
      damp: 0.05,
    } as const
    const search = writePlan(plan)
    expect(search).toBe(
      '?bits=4&group=64&recipes=gptq,gptq+cdquant&grid=clip&sym=1&order=activation&scale=f32&samples=8&windows=0&window=128&damp=0.05',
    )
    expect(readPlan(search)).toEqual({ plan, autorun: true, problems: [] })
  })

  test('other parameters stay', () => {
    expect(writePlan({ ...defaultPlan, bits: 2 }, '?autorun=0&bits=8')).toBe('?bits=2&autorun=0')
  })

  test('recipes come in the order of the index, a plus sign may be encoded or not', () => {
    for (const text of ['cdquant,gptq+cdquant,gptq', 'cdquant,gptq%2Bcdquant,gptq'])
      expect(readPlan(`?recipes=${text}`).plan.recipes).toEqual(['gptq', 'cdquant', 'gptq+cdquant'])
  })

  test('group=row is one group per row; autorun=0 waits', () => {
    expect(readPlan('?group=row&autorun=0')).toEqual({
      plan: { ...defaultPlan, group: 0 },
      autorun: false,
      problems: [],
    })
  })

  test.each([
    ['bits=9', 'bits=9; allowed: whole numbers from 2 to 8. Kept 3.'],
    ['bits=three', 'bits=three; allowed'],
    ['bits=', 'bits=; allowed'],
    ['group=-1', "group=-1; allowed: 'row', 'tensor', 0 or a number of columns"],
    ['recipes=gptq,magic', 'recipes=gptq,magic; allowed: rtn, gptq, cyclic'],
    ['grid=nf4', 'grid=nf4; allowed: minmax, clip'],
    ['sym=yes', 'sym=yes; allowed: 0, 1. Kept 0.'],
    ['damp=0', 'damp=0; allowed: above 0, up to 1. Kept 0.01.'],
    ['samples=0', 'samples=0; allowed'],
    ['window=1', 'window=1; allowed'],
    ['autorun=no', 'autorun=no; allowed: 0, 1. Kept 1.'],
  ])('%s keeps the default and says so', (search, message) => {
    const { plan, problems } = readPlan(`?${search}`)
    expect(plan).toEqual(defaultPlan)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(message)
  })
})
