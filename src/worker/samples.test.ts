// The question about samples through a whole session on a device: it leaves what runs have kept alone.
import { expect, test } from 'vitest'
import type { SamplesEvent } from '../pipeline/samples.ts'
import { isState, smallPlan, texts, withModel } from '../test/session.ts'

const plan = { ...smallPlan, recipes: ['rtn'], windows: 0 }

test('sizes are told one by one, and the Hessians of the plan stay', async () => {
  const { send, until, messages, events } = await withModel()
  const solve = async () => {
    messages.length = 0
    const finished = until(isState('finished'))
    await send({ type: 'run', plan, ...texts, stepping: false })
    await finished
    return events()
  }
  await solve()
  const answered = until((message) => message.type === 'answer')
  const ask = { plan, most: 3, heldOut: 2, calibration: texts.calibration }
  await send({ type: 'ask', id: 1, question: { kind: 'samples', ask } })
  await answered
  const parts = messages.flatMap((message) => (message.type === 'part' ? [message.part as SamplesEvent] : []))
  const points = parts.flatMap((part) => (part.event === 'point' ? [part] : []))
  expect(points).toMatchObject([
    { windows: 1, tokens: 64, recipe: 'rtn' },
    { windows: 2, tokens: 128, recipe: 'rtn' },
  ])
  expect(messages.find((message) => message.type === 'answer')?.answer).toEqual({ text: texts.calibration.name })
  const [started] = await solve()
  expect(started).toMatchObject({ event: 'started', cached: true })
  expect(messages.at(-1)).toMatchObject({ liveBytes: 0 })

  // A text that is too short is refused with its numbers.
  const refused = until((message) => message.type === 'refused')
  await send({ type: 'ask', id: 2, question: { kind: 'samples', ask: { ...ask, heldOut: 1e6 } } })
  await refused
  expect(messages.at(-1)).toMatchObject({ kind: 'input', message: expect.stringMatching(/held out leave none/) })
})
