// A worker's session on the test's device, without a browser: what is sent to it and what it posts.
import { afterEach } from 'vitest'
import type { RunEvent } from '../pipeline/events.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import type { FromWorker, RunState, ToWorker } from '../worker/protocol.ts'
import { Session } from '../worker/session.ts'
import { bundledText, checkpointFiles } from './bundled.ts'
import { memoryStore } from './byte-store.ts'
import { testGpu } from './gpu.ts'

export const smallPlan: Plan = {
  ...defaultPlan,
  recipes: ['rtn', 'cdquant'],
  grid: 'minmax',
  window: 64,
  samples: 2,
  windows: 1,
}
export const texts = { calibration: bundledText('calibration.txt'), evaluation: bundledText('evaluation.txt') }

/** A store of kernel shapes that keeps nothing. */
export const noStore = { load: () => Promise.resolve(undefined), save: () => Promise.resolve() }

export interface SessionBench {
  messages: FromWorker[]
  send(message: ToWorker): Promise<void>
  until(done: (message: FromWorker) => boolean): Promise<void>
  events(): RunEvent[]
}

let open: SessionBench | undefined
afterEach(async () => {
  await open?.send({ type: 'stop' })
  open = undefined
})

/** A session without a model, with so much room on its disk. Its run is stopped after the test. */
export async function sessionBench(room = Infinity): Promise<SessionBench> {
  const messages: FromWorker[] = []
  const waiting: { done: (message: FromWorker) => boolean; resolve: () => void }[] = []
  const post = (message: FromWorker) => {
    messages.push(message)
    for (const one of [...waiting]) if (one.done(message)) waiting.splice(waiting.indexOf(one), 1)[0].resolve()
  }
  const session = new Session(
    (await testGpu()).entry,
    post,
    () => performance.now(),
    noStore,
    () => memoryStore(room),
  )
  open = {
    messages,
    send: (message) => session.receive(message),
    until: (done) => new Promise((resolve) => waiting.push({ done, resolve })),
    events: () => messages.flatMap((message) => (message.type === 'events' ? message.events : [])),
  }
  return open
}

/** A session with the bundled model opened from files. */
export async function withModel(): Promise<SessionBench> {
  const bench = await sessionBench()
  await bench.send({ type: 'open', source: { kind: 'files', name: 'tiny-tales-1m', files: await checkpointFiles() } })
  return bench
}

export const isState = (state: RunState) => (message: FromWorker) => message.type === 'state' && message.state === state

export const isEvent = (name: RunEvent['event']) => (message: FromWorker) =>
  message.type === 'events' && message.events.some(({ event }) => event === name)

export const states = (messages: readonly FromWorker[]): RunState[] =>
  messages.flatMap((message) => (message.type === 'state' ? message.state : []))
