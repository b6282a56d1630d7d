import { describe, expect, test } from 'vitest'
import { openCheckpoint, type Checkpoint } from '../formats/checkpoint.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { openModel } from '../model/model.ts'
import { checkpointFiles } from '../test/bundled.ts'
import { withGpu } from '../test/gpu.ts'
import { drain, logitsOf } from '../test/model.ts'
import { probabilities } from './generate-sample.ts'
import { openPrompt, TokenTexts } from './generate-text.ts'
import { write, type WriteEvent, type WritePlan } from './generate-compare.ts'

const bundled = async () => openCheckpoint('tiny-tales-1m', await checkpointFiles())
const plan: WritePlan = {
  prompt: 'This is the story of Otto, a',
  recipes: ['same', 'other'],
  tokens: 12,
  temperature: 0,
  seed: 1,
}
/** Recipe 'other' has a value layer of half the size. */
const writing = (gpu: Gpu, checkpoint: Checkpoint) => {
  const model = openModel(checkpoint)
  const layer = model.layers.find(({ module, block }) => module === 'v_proj' && block === 2)!
  return async () => {
    const halves = (await model.weights(layer)).map((value) => value / 2)
    const substitute = (recipe: string) => (one: { layer: string }) =>
      recipe === 'other' && one.layer === layer.layer ? gpu.upload('halves', halves) : undefined
    return { gpu, model, checkpoint, substitute }
  }
}
const tokensOf = (events: WriteEvent[], of: string) =>
  events.flatMap((event) => (event.event === 'token' && event.model === of ? [event.token] : []))

test('each model in turn, with the odds of both until the texts part', async () => {
  await withGpu(async (gpu) => {
    const checkpoint = await bundled()
    const given = await writing(gpu, checkpoint)()
    const { yielded } = await drain(write(given, plan))
    expect(yielded[0]).toMatchObject({ event: 'prompt', text: plan.prompt })
    const { ids: prompt } = yielded[0] as { ids: number[] } & WriteEvent
    const written = yielded.flatMap((event) => (event.event === 'written' ? [event] : []))
    expect(written.map(({ model }) => model)).toEqual(['unquantized', 'same', 'other'])
    const [unquantized, same, other] = ['unquantized', 'same', 'other'].map((name) => tokensOf(yielded, name))
    expect(written[0].text).toBe(unquantized.map(({ text }) => text).join(''))
    expect(written[0].ids).toEqual(unquantized.map(({ id }) => id))
    expect(unquantized.some((token) => 'unquantized' in token)).toBe(false)
    expect(written[0].agreed).toBeUndefined()

    expect(written[1].ids).toEqual(written[0].ids)
    expect(written[1].agreed).toBeUndefined()
    for (const { probability, unquantized, top } of same) {
      expect(unquantized).toBe(probability)
      expect(top).toHaveLength(3)
      for (const odds of top) expect(odds.unquantized).toBe(odds.probability)
    }

    const place = written[2].agreed!
    expect(place).toBeLessThan(12)
    expect(written[2].ids.slice(0, place)).toEqual(written[0].ids.slice(0, place))
    expect(written[2].ids[place]).not.toBe(written[0].ids[place])
    expect(other[place].top.map(({ id }) => id)).toContain(written[0].ids[place])
    expect(other.map((token) => token.unquantized !== undefined)).toEqual(other.map((_, i) => i <= place))
    // The odds are those of a forward pass over everything before.
    const sequence = [...prompt, ...written[0].ids.slice(0, place)]
    const logits = (await logitsOf(gpu, given.model, sequence)).subarray((sequence.length - 1) * 1024)
    const expected = probabilities(logits)
    for (const odds of other[place].top) expect(Math.abs(odds.unquantized! - expected[odds.id])).toBeLessThan(1e-4)
  })
})

test('drawn tokens repeat with their seed', async () => {
  await withGpu(async (gpu) => {
    const given = await writing(gpu, await bundled())()
    const text = async (seed: number) => {
      const { yielded } = await drain(write(given, { ...plan, recipes: [], temperature: 1.2, seed }))
      const last = yielded.at(-1)
      return last?.event === 'written' ? last.text : ''
    }
    const first = await text(1)
    expect(await text(1)).toBe(first)
    expect(await text(2)).not.toBe(first)
  })
})

test('stops at any token and leaves nothing behind', async () => {
  await withGpu(async (gpu) => {
    const events = write(await writing(gpu, await bundled())(), plan)
    for (let i = 0; i < 15; i++) await events.next()
    await events.return(undefined)
  })
})

describe('refusals', () => {
  test.each<[string, Partial<WritePlan>, string]>([
    ['tokens', { tokens: 0 }, 'tokens is 0; allowed: whole numbers from 1 to 1000'],
    ['temperature', { temperature: -1 }, 'temperature is -1; allowed: 0 (always the likeliest token) to 5'],
    ['seed', { seed: 0.5 }, 'seed is 0.5; allowed: whole numbers from 0 to 4294967295'],
    ['prompt', { prompt: 'One two three. '.repeat(90) }, 'tokens; the model was made for 256 with what it writes'],
  ])('%s', async (_, change, message) => {
    await withGpu(async (gpu) => {
      const events = write(await writing(gpu, await bundled())(), { ...plan, ...change })
      await expect(drain(events)).rejects.toThrow(expect.objectContaining({ name: 'InputError' }))
      const again = write(await writing(gpu, await bundled())(), { ...plan, ...change })
      await expect(drain(again)).rejects.toThrow(message)
    })
  })
})

test('a text begins with the token that begins texts, once', async () => {
  const checkpoint = await bundled()
  const { ids, ends, tokenizer } = openPrompt(checkpoint, 'Once', 1024)
  expect(ids[0]).toBe(0)
  expect(ends).toEqual([0])
  expect([...openPrompt(checkpoint, '<|endoftext|>Once', 1024).ids]).toEqual([...ids])
  expect([...openPrompt(checkpoint, '', 1024).ids]).toEqual([0])
  const bare = { ...checkpoint, config: { ...checkpoint.config, bos_token_id: null, eos_token_id: [7, 9] } }
  expect([...openPrompt(bare, 'Once', 1024).ids]).toEqual([...ids.subarray(1)])
  expect(openPrompt(bare, 'Once', 1024).ends).toEqual([7, 9])
  expect(() => openPrompt(bare, '', 1024)).toThrow('the prompt is empty')
  expect(() => openPrompt({ ...checkpoint, tokenizerJson: undefined }, 'Once', 1024)).toThrow('no tokenizer.json')
  // A character of several tokens comes with the last of them.
  const texts = new TokenTexts(tokenizer, ids)
  const parts = [...tokenizer.encode(' né!')].map((id) => texts.add(id))
  expect(parts.join('')).toBe(' né!')
  expect(parts).toContain('')
})
