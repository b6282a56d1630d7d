import { describe, expect, test } from 'vitest'
import { recipeNamed, recipes } from '../quantize/recipes.ts'
import { draftOf, draftProblems, emptyDraft, nearestPreset, recipeOf, withOption } from './compose.ts'

describe('composing a recipe', () => {
  test.each(recipes.map((recipe) => [recipe.name, recipe] as const))(
    '%s from its own stages is itself',
    (_, recipe) => {
      expect(recipeOf(draftOf(recipe))).toBe(recipe)
      expect(nearestPreset(draftOf(recipe))).toEqual({ recipe, differences: [] })
    },
  )

  test('new stages make a recipe named by its text, which reads as the same recipe', () => {
    const recipe = recipeOf({ transform: { name: 'none' }, grid: { name: 'clip' }, steps: [{ name: 'gptq' }] })
    expect(recipe.name).toBe('none~clip~gptq')
    expect(recipeNamed(recipe.name)).toEqual(recipe)
    expect(nearestPreset(recipe)).toMatchObject({
      recipe: { name: 'gptq' },
      differences: ['grid clip, not of the plan'],
    })
  })

  test('an option at its default is left out', () => {
    const table = { damp: { kind: 'real', default: 0.01, min: 0, max: 1, title: 'Damping' } } as const
    const changed = withOption({ name: 'gptq' }, table, 'damp', 0.1)
    expect(changed).toEqual({ name: 'gptq', options: { damp: 0.1 } })
    expect(withOption(changed, table, 'damp', 0.01)).toEqual({ name: 'gptq' })
  })

  test.each([
    [[], /at least one step/],
    [['greedy'], /greedy improves codes.*Begin with nearest, gptq/],
    [['nearest', 'greedy', 'gptq'], /gptq rounds anew/],
    [['nearest', 'greedy'], /in the plan already/],
  ])('steps %j are refused', (names, message) => {
    const draft = { ...emptyDraft, steps: names.map((name) => ({ name })) }
    expect(draftProblems(draft, ['cdquant']).join(' ')).toMatch(message)
  })

  test('a good draft has no problems', () => {
    const draft = { ...emptyDraft, steps: [{ name: 'nearest' }, { name: 'greedy' }, { name: 'cyclic' }] }
    expect(draftProblems(draft, ['cdquant'])).toEqual([])
  })
})
