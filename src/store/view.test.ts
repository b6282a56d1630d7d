// The view in the address: what is written is read again, what is unknown is named.
import { expect, test } from 'vitest'
import { plainView, readView, unlocked, type View, writeView } from './view.ts'

test('a teacher’s link is read as it was written', () => {
  const view: View = { lesson: 'two-weights', step: 5, hide: ['nav', 'drop'], lock: ['bits', 'recipes'], big: true }
  const search = writeView('lessons', 'model.layers.1.self_attn.o_proj', view, '?bits=4&lesson=old&big=0')
  expect(search).toBe(
    '?bits=4&room=lessons&layer=model.layers.1.self_attn.o_proj&lesson=two-weights&step=5&hide=nav,drop&lock=bits,recipes&big=1',
  )
  expect(readView(search)).toEqual({ room: 'lessons', layer: 'model.layers.1.self_attn.o_proj', view, problems: [] })
})

test('a lesson names its room; other rooms carry no lesson', () => {
  expect(readView('?lesson=gptq').room).toBe('lessons')
  expect(writeView('play', undefined, { ...plainView, lesson: 'gptq', step: 2 })).toBe('')
})

test('what is not allowed is left out and named', () => {
  const { room, view, problems } = readView('?room=attic&hide=nav,window&lock=door&step=0&big=yes')
  expect(room).toBe('play')
  expect(view).toEqual({ hide: ['nav'], lock: [], big: false })
  for (const word of ['room=attic', 'hide=window', 'lock=door', 'step=0', 'big=yes'])
    expect(problems.join(' ')).toContain(word)
  expect(problems).toHaveLength(5)
})

test('a locked field does not change', () => {
  expect(unlocked({ bits: 2, group: 32, seed: 5 }, ['bits', 'solver'])).toEqual({ group: 32 })
  expect(unlocked({ bits: 2 }, [])).toEqual({ bits: 2 })
})
