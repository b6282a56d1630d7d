// The worker's session, whole and on a real device, without a browser.
import { afterEach, expect, test } from 'vitest'
import type { RunEvent } from '../pipeline/events.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { bundledText, checkpointFiles } from '../test/bundled.ts'
import { testGpu } from '../test/gpu.ts'
import type { FromWorker, RunState, Source, ToWorker } from './protocol.ts'
import { Session } from './session.ts'

const plan: Plan = { ...defaultPlan, recipes: ['rtn', 'cdquant'], grid: 'minmax', window: 64, samples: 2, windows: 1 }
const texts = { calibration: bundledText('calibration.txt'), evaluation: bundledText('evaluation.txt') }

interface Bench {
  session: Session
  messages: FromWorker[]
  send(message: ToWorker): Promise<void>
  until(done: (message: FromWorker) => boolean): Promise<void>
  events(): RunEvent[]
}

async function bench(): Promise<Bench> {
  const messages: FromWorker[] = []
  const waiting: { done: (message: FromWorker) => boolean; resolve: () => void }[] = []
  const post = (message: FromWorker) => {
    messages.push(message)
    for (const one of [...waiting]) if (one.done(message)) waiting.splice(waiting.indexOf(one), 1)[0].resolve()
  }
  const session = new Session((await testGpu()).entry, post, () => performance.now(), noStore)
  return {
    session,
    messages,
    send: (message) => session.receive(message),
    until: (done) => new Promise((resolve) => waiting.push({ done, resolve })),
    events: () => messages.flatMap((message) => (message.type === 'events' ? message.events : [])),
  }
}

const noStore = { load: () => Promise.resolve(undefined), save: () => Promise.resolve() }

const isState = (state: RunState) => (message: FromWorker) => message.type === 'state' && message.state === state
const isEvent = (name: RunEvent['event']) => (message: FromWorker) =>
  message.type === 'events' && message.events.some(({ event }) => event === name)

let open: Bench | undefined
afterEach(async () => {
  await open?.send({ type: 'stop' })
})

async function withModel(): Promise<Bench> {
  open = await bench()
  await open.send({ type: 'open', source: { kind: 'files', name: 'tiny-tales-1m', files: await checkpointFiles() } })
  return open
}

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

const brokenSource = async (): Promise<Source> => {
  const [config, ...rest] = await checkpointFiles()
  return { kind: 'files', name: 'broken', files: [{ ...config, blob: new Blob(['{']) }, ...rest] }
}
const goodSource = async (name: string): Promise<Source> => ({ kind: 'files', name, files: await checkpointFiles() })
const isOpened = (name: string) => (message: FromWorker) => message.type === 'opened' && message.report.name === name
const states = (messages: FromWorker[]) =>
  messages.flatMap((message) => (message.type === 'state' ? message.state : []))
const quick: Plan = { ...plan, recipes: ['rtn'], windows: 0 }

test('a broken checkpoint is read beside the run and leaves it alone', async () => {
  const { send, until, messages, events } = await withModel()
  messages.length = 0
  const finished = until(isState('finished'))
  const solved = until(isEvent('solved'))
  await send({ type: 'run', plan, ...texts, stepping: false })
  await solved
  await send({ type: 'open', source: await brokenSource() })
  const refused = messages.find((message) => message.type === 'opened')
  expect(refused?.report.checks[0]).toMatchObject({ status: 'error', subject: 'config.json' })
  await finished
  expect(states(messages)).toEqual(['running', 'finished'])
  expect(events().filter(({ event }) => event === 'solved')).toHaveLength(28)
})

test('a good checkpoint ends the run once it is read, and the next run is its own', async () => {
  const { send, until, messages, events } = await withModel()
  messages.length = 0
  const solved = until(isEvent('solved'))
  await send({ type: 'run', plan, ...texts, stepping: false })
  await solved
  const taken = until(isState('idle'))
  await send({ type: 'open', source: await goodSource('second') })
  await taken
  expect(states(messages)).toEqual(['running', 'stopped', 'idle'])
  const told = messages.findIndex(isOpened('second'))
  expect(messages.findIndex((message) => message.type === 'state' && message.state === 'stopped')).toBeLessThan(told)
  expect(messages.at(-1)).toMatchObject({ liveBytes: 0 })
  const finished = until(isState('finished'))
  await send({ type: 'run', plan: quick, ...texts, stepping: false })
  await finished
  const started = events().findLast((event) => event.event === 'started')
  expect(started).toMatchObject({ model: { name: 'second' }, cached: false })
})

test('of two checkpoints asked for, the newer one is opened', async () => {
  const { send, messages } = await withModel()
  messages.length = 0
  await Promise.all([
    send({ type: 'open', source: await goodSource('older') }),
    send({ type: 'open', source: await goodSource('newer') }),
  ])
  expect(messages.filter((message) => message.type === 'opened').map(({ report }) => report.name)).toEqual(['newer'])
  expect(states(messages).at(-1)).toBe('idle')
})

test('a paused run stays paused beside a broken checkpoint, and goes on', async () => {
  const { send, until, messages, events } = await withModel()
  messages.length = 0
  const paused = until(isState('paused'))
  await send({ type: 'run', plan: quick, ...texts, stepping: true })
  await paused
  await send({ type: 'open', source: await brokenSource() })
  expect(states(messages)).toEqual(['running', 'paused'])
  const finished = until(isState('finished'))
  await send({ type: 'resume' })
  await finished
  expect(events().filter(({ event }) => event === 'solved')).toHaveLength(28)
})

test('a run asked for while the first checkpoint is still being read waits for it', async () => {
  open = await bench()
  const { send, until, events } = open
  const finished = until(isState('finished'))
  const source = await goodSource('first')
  await Promise.all([send({ type: 'open', source }), send({ type: 'run', plan: quick, ...texts, stepping: false })])
  await finished
  expect(events().filter(({ event }) => event === 'solved')).toHaveLength(28)
})

test('run, run and stop at once: the last word counts', async () => {
  const { send, messages, until } = await withModel()
  messages.length = 0
  const run: ToWorker = { type: 'run', plan: quick, ...texts, stepping: false }
  await Promise.all([send(run), send(run), send({ type: 'stop' })])
  expect(states(messages).at(-1)).toBe('stopped')
  const paused = until(isState('paused'))
  await Promise.all([send(run), send({ ...run, stepping: true }), send({ type: 'pause' })])
  await paused
  expect(states(messages).filter((state) => state === 'finished')).toEqual([])
})

test('without WebGPU it says so', async () => {
  const messages: FromWorker[] = []
  const session = new Session(
    undefined,
    (message) => messages.push(message),
    () => 0,
    noStore,
  )
  await session.receive({ type: 'run', plan, stepping: false })
  expect(messages).toContainEqual({ type: 'unavailable', reason: expect.stringContaining('navigator.gpu') })
})
