// Questions about the plan's windows and for cells of the matrix, through a whole session on a device.
import { expect, test } from 'vitest'
import type { RunEvent, TimedEvent } from '../pipeline/events.ts'
import { isEvent, isState, smallPlan as plan, texts, withModel } from '../test/session.ts'
import { INTERRUPTED } from './asking.ts'
import type { FromWorker } from './protocol.ts'

const cells = (bits: number) => ({ kind: 'cells', ask: { plan: { ...plan, bits, windows: 0 }, ...texts } }) as const
const is = (type: 'answer' | 'refused', id: number) => (message: FromWorker) =>
  message.type === type && message.id === id

test('cells come from the kept Hessians, equal a run’s layers, and leave the newest run alone', async () => {
  const { send, until, messages, events } = await withModel()
  const known = until(is('answer', 1))
  await send({ type: 'ask', id: 1, question: { kind: 'identity', ask: { plan, ...texts } } })
  await known
  const identity = messages.find((message) => message.type === 'answer')?.answer
  let finished = until(isState('finished'))
  await send({ type: 'run', plan, ...texts, stepping: false })
  await finished
  expect(events()[0]).toMatchObject({ cached: false, calibration: { digest: expect.any(String) } })
  const [started] = events()
  expect(started.event === 'started' && started.model.fingerprint).toBe(
    (identity as { fingerprint: string }).fingerprint,
  )
  expect(started).toMatchObject({ calibration: { digest: (identity as { calibration: string }).calibration } })

  const answered = until(is('answer', 2))
  await send({ type: 'ask', id: 2, question: cells(2) })
  await answered
  const parts = messages.flatMap((message) => (message.type === 'part' ? (message.part as TimedEvent[]) : []))
  expect(parts[0]).toMatchObject({ event: 'started', cached: true, plan: { bits: 2 } })
  expect(new Set(parts.map(({ event }) => event))).toEqual(new Set(['started', 'solving', 'layer', 'solved']))
  const layers = (all: readonly RunEvent[]) =>
    all.flatMap((event) => (event.event === 'layer' ? [[event.layer, event.recipe, event.objective]] : []))

  messages.length = 0
  finished = until(isState('finished'))
  await send({ type: 'run', plan: { ...plan, bits: 2, windows: 0 }, ...texts, stepping: false })
  await finished
  expect(layers(parts)).toEqual(layers(events()))
  expect(messages.at(-1)).toMatchObject({ liveBytes: 0 })
})

test('a run that begins ends the cells; asked again they wait for it; forgotten ones stop', async () => {
  const { send, until, messages } = await withModel()
  const begun = until((message) => message.type === 'part')
  void send({ type: 'ask', id: 1, question: cells(2) })
  await begun
  const refused = until(is('refused', 1))
  const solved = until(isEvent('solved'))
  const run = send({ type: 'run', plan: { ...plan, recipes: ['rtn'], windows: 0 }, ...texts, stepping: false })
  await refused
  expect(messages.find((message) => message.type === 'refused')).toMatchObject({ kind: 'input', message: INTERRUPTED })
  const finished = until(isState('finished'))
  const again = until((message) => message.type === 'part' && message.id === 2)
  const asking = send({ type: 'ask', id: 2, question: cells(2) })
  await Promise.all([run, solved, finished, again])
  const order = messages.flatMap((message) =>
    message.type === 'state' && message.state === 'finished'
      ? ['run']
      : message.type === 'part' && message.id === 2
        ? ['cells']
        : [],
  )
  expect(order[0]).toBe('run')
  await send({ type: 'forget', id: 2 })
  await asking
  expect(messages.some(is('answer', 2))).toBe(false)
})
