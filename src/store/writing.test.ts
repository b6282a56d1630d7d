import { expect, test } from 'vitest'
import type { WriteEvent, WritePlan } from '../pipeline/generate-compare.ts'
import type { FromWorker, ToWorker } from '../worker/protocol.ts'
import { Questions } from './questions.ts'
import { foldStories, partingOf, storiesText, Writing, writingFinding, writingProgress } from './writing.ts'

const asked: WritePlan = { prompt: 'Once', recipes: ['cdquant', 'gptq'], tokens: 3, temperature: 0, seed: 1 }
const token = (model: string, id: number): WriteEvent => ({
  event: 'token',
  model,
  token: { id, text: ` t${id}`, probability: 0.5, top: [] },
})
const written = (model: string, ids: number[]): WriteEvent => ({
  event: 'written',
  model,
  ids,
  text: '',
  ending: 'limit',
})
const events = (model: string, ids: number[]) => [...ids.map((id) => token(model, id)), written(model, ids)]
const prompt: WriteEvent = { event: 'prompt', ids: [0, 5], text: 'Once' }

test('events become texts, and what they agree on is said', () => {
  const begun = [prompt, ...events('unquantized', [1, 2, 3]), ...events('cdquant', [1, 2, 4])].reduce(foldStories, {})
  expect(partingOf(begun.cdquant, begun.unquantized)).toBe(2)
  expect(partingOf(begun.unquantized, begun.unquantized)).toBeUndefined()
  expect(partingOf(begun.gptq, begun.unquantized)).toBeUndefined()
  const state = { state: 'working' as const, asked, stories: begun }
  expect(writingFinding(state)).toBe('CDQuant agrees for 2 of 3 tokens.')
  expect(writingProgress(state)).toBe('GPTQ writes: token 0 of 3.')
  const same = { ...state, stories: events('gptq', [1, 2, 3]).reduce(foldStories, begun) }
  expect(writingFinding(same)).toBe('CDQuant agrees for 2 of 3 tokens and GPTQ writes the same 3 tokens.')
  const other = { ...state, stories: events('gptq', [9]).reduce(foldStories, begun) }
  expect(writingFinding(other)).toContain('GPTQ differs from the first token on.')
  expect(storiesText(other)).toBe('Unquantized\nOnce t1 t2 t3\n\nCDQuant\nOnce t1 t2 t4\n\nGPTQ\nOnce t9\n')
  expect(writingFinding({ ...state, stories: {} })).toBeUndefined()
  expect(writingProgress({ ...state, stories: {} })).toBe('Waits for the device.')
  // A text that ends sooner parts where the other one goes on.
  const short = [prompt, ...events('unquantized', [1]), ...events('cdquant', [1, 2])].reduce(foldStories, {})
  expect(partingOf(short.cdquant, short.unquantized)).toBe(1)
})

test('texts are heard token by token, kept when stopped, and a refusal is said', async () => {
  const sent: ToWorker[] = []
  const questions = new Questions({ send: (message) => void sent.push(message), listen: () => () => {}, close() {} })
  const writing = new Writing(questions)
  const say = (message: FromWorker) => questions.hear(message)
  const first = writing.write(asked, { model: 'small' })
  say({ type: 'part', id: 1, part: [prompt, token('unquantized', 1)] })
  expect(writing.store.getState()).toMatchObject({ state: 'working', model: 'small' })
  expect(writing.store.getState().stories.unquantized.tokens).toHaveLength(1)
  writing.stop()
  await first
  expect(sent.at(-1)).toEqual({ type: 'forget', id: 1 })
  expect(writing.store.getState()).toMatchObject({ state: 'stopped' })
  expect(writing.store.getState().stories.unquantized.tokens).toHaveLength(1)
  const second = writing.write(asked, {})
  expect(writing.store.getState().stories).toEqual({})
  say({ type: 'refused', id: 2, kind: 'input', message: 'cdquant has solved 3 of 28 layers' })
  await second
  expect(writing.store.getState()).toMatchObject({ state: 'refused', problem: 'cdquant has solved 3 of 28 layers' })
  const third = writing.write(asked, {})
  say({ type: 'answer', id: 3, answer: {} })
  await third
  expect(writing.store.getState().state).toBe('done')
})
