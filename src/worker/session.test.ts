// The worker's session, whole and on a real device, without a browser.
import { expect, test } from 'vitest'
import { isEvent, isState, noStore, smallPlan as plan, texts, withModel } from '../test/session.ts'
import { memoryStore } from '../test/byte-store.ts'
import type { FromWorker } from './protocol.ts'
import { Session } from './session.ts'

test('opens, runs to the end, frees the device, and solves again without calibrating', async () => {
  const { send, until, messages, events } = await withModel()
  const opened = messages.find((message) => message.type === 'opened')
  expect(opened?.report.model).toMatchObject({ name: 'tiny-tales-1m', parameters: 918_656, blocks: 4 })
  expect(opened?.report.checks.filter(({ status }) => status === 'error')).toEqual([])

  let finished = until(isState('finished'))
  await send({ type: 'run', plan, ...texts, stepping: false })
  await finished
  const first = events()
  expect(first.filter(({ event }) => event === 'layer')).toHaveLength(56)
  expect(first.filter(({ event }) => event === 'solved')).toHaveLength(28)
  expect(first.some(({ event }) => event === 'calibrating')).toBe(true)
  expect(messages.filter((message) => message.type === 'state').at(-1)).toMatchObject({
    state: 'finished',
    liveBytes: 0,
  })

  messages.length = 0
  finished = until(isState('finished'))
  await send({ type: 'run', plan: { ...plan, bits: 2 }, ...texts, stepping: false })
  await finished
  const second = events()
  expect(second[0]).toMatchObject({ event: 'started', cached: true })
  expect(second.some(({ event }) => event === 'calibrating')).toBe(false)
  expect(second.filter(({ event }) => event === 'layer')).toHaveLength(56)

  messages.length = 0
  finished = until(isState('finished'))
  await send({ type: 'run', plan, ...texts, stepping: false })
  await finished
  const again = events().filter((event) => event.event === 'layer')
  expect(again.map(({ objective }) => objective)).toEqual(
    first.filter((event) => event.event === 'layer').map(({ objective }) => objective),
  )
})

test('steps one layer, resumes, stops half-way with nothing left on the device, and runs again', async () => {
  const { send, until, messages, events } = await withModel()
  let paused = until(isState('paused'))
  await send({ type: 'run', plan, ...texts, stepping: true })
  await paused
  expect(events().filter(({ event }) => event === 'solved')).toHaveLength(1)
  paused = until(isState('paused'))
  await send({ type: 'step' })
  await paused
  expect(events().filter(({ event }) => event === 'solved')).toHaveLength(2)

  const moved = until(isEvent('layer'))
  await send({ type: 'resume' })
  await moved
  const stopped = until(isState('stopped'))
  await send({ type: 'stop' })
  await stopped
  expect(messages.at(-1)).toMatchObject({ type: 'state', state: 'stopped', liveBytes: 0 })
  expect(events().some(({ event }) => event === 'finished')).toBe(false)

  messages.length = 0
  const finished = until(isState('finished'))
  await send({ type: 'run', plan: { ...plan, recipes: ['rtn'], windows: 0 }, ...texts, stepping: false })
  await finished
  expect(events().at(-1)).toMatchObject({ event: 'finished', perplexity: {} })
})

test('a lost device is said, finished layers stay told, and the next run opens a new one', async () => {
  const { send, until, messages, events } = await withModel()
  const solved = until(isEvent('solved'))
  await send({ type: 'run', plan, ...texts, stepping: false })
  await solved
  const failed = until(isState('failed'))
  await send({ type: 'lose' })
  await failed
  expect(messages.find((message) => message.type === 'failed')).toMatchObject({
    kind: 'lost',
    message: expect.stringContaining('the GPU device was lost'),
  })
  expect(events().some(({ event }) => event === 'layer')).toBe(true)

  messages.length = 0
  const finished = until(isState('finished'))
  await send({ type: 'run', plan: { ...plan, windows: 0 }, ...texts, stepping: false })
  await finished
  expect(events().filter(({ event }) => event === 'solved')).toHaveLength(28)
})

test('a plan that does not fit is refused with its numbers, and the model stays open', async () => {
  const { send, until, messages } = await withModel()
  let over = until(isState('failed'))
  await send({ type: 'run', plan: { ...plan, group: 200 }, ...texts, stepping: false })
  await over
  expect(messages.find((message) => message.type === 'failed')).toMatchObject({
    kind: 'input',
    message: expect.stringContaining('group 200 is larger than the 128 columns'),
  })
  over = until(isState('finished'))
  await send({ type: 'run', plan: { ...plan, recipes: ['rtn'], windows: 0 }, ...texts, stepping: false })
  await over
})

test('without WebGPU it says so', async () => {
  const messages: FromWorker[] = []
  const session = new Session(
    undefined,
    (message) => messages.push(message),
    () => 0,
    noStore,
    () => memoryStore(),
  )
  await session.receive({ type: 'run', plan, stepping: false })
  expect(messages).toContainEqual({ type: 'unavailable', reason: expect.stringContaining('navigator.gpu') })
})
