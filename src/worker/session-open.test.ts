// A checkpoint that is opened beside a run; runs, stops and openings in every order.
import { expect, test } from 'vitest'
import type { Plan } from '../pipeline/plan.ts'
import { checkpointFiles } from '../test/bundled.ts'
import { hubServer, type Manners } from '../test/hub-server.ts'
import { bundledBytes } from '../test/served-hub.ts'
import { isEvent, isState, sessionBench, smallPlan as plan, states, texts, withModel } from '../test/session.ts'
import type { FromWorker, Source, ToWorker } from './protocol.ts'

const brokenSource = async (): Promise<Source> => {
  const [config, ...rest] = await checkpointFiles()
  return { kind: 'files', name: 'broken', files: [{ ...config, blob: new Blob(['{']) }, ...rest] }
}
const goodSource = async (name: string): Promise<Source> => ({ kind: 'files', name, files: await checkpointFiles() })
const isOpened = (name: string) => (message: FromWorker) => message.type === 'opened' && message.report.name === name
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
  const { send, until, events } = await sessionBench()
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

test('a model on a server that falls silent is let go, and with it what was asked of the server', async () => {
  const { send, messages } = await withModel()
  messages.length = 0
  const files = { 'config.json': new Uint8Array(10) }
  await using server = await hubServer('owner/slow', files, { silent: 1 })
  const source: Source = { kind: 'hub', name: 'owner/slow', id: 'owner/slow', endpoint: server.endpoint }
  const opening = send({ type: 'open', source })
  await expect.poll(() => server.asked.length, { timeout: 5000 }).toBeGreaterThan(1)
  await send({ type: 'cancel' })
  await opening
  expect(messages.some(({ type }) => type === 'opened' || type === 'failed')).toBe(false)
  expect(states(messages)).toEqual(['opening', 'idle'])
  expect(messages.find(({ type }) => type === 'read')).toMatchObject({ bytes: expect.any(Number) })
})

test('Stop ends what is asked of a server, and Run works again', async () => {
  const { send, until, messages } = await sessionBench()
  const manners: Manners = { commits: { ['c'.repeat(40)]: await bundledBytes() } }
  await using server = await hubServer('owner/tiny', {}, manners)
  await send({ type: 'open', source: { kind: 'hub', name: 'tiny', id: 'owner/tiny', endpoint: server.endpoint } })
  expect(messages.find(isOpened('tiny'))).toMatchObject({ report: { commit: 'c'.repeat(40) } })

  manners.silent = 1000
  const before = server.asked.length
  const run: ToWorker = { type: 'run', plan: { ...quick, samples: 1 }, ...texts, stepping: false }
  await send(run)
  await expect.poll(() => server.asked.length, { timeout: 20_000 }).toBeGreaterThan(before + 1)
  const stopped = performance.now()
  await send({ type: 'stop' })
  expect(performance.now() - stopped).toBeLessThan(1000)
  expect(states(messages).at(-1)).toBe('stopped')

  delete manners.silent
  const solved = until(isEvent('solved'))
  await send(run)
  await solved
  expect(messages.some(({ type }) => type === 'failed' || type === 'unkept')).toBe(false)
})

test('a disk without room is said once, and the model opens', async () => {
  const { send, messages } = await sessionBench(70_000)
  await using server = await hubServer('owner/tiny', await bundledBytes())
  await send({ type: 'open', source: { kind: 'hub', name: 'tiny', id: 'owner/tiny', endpoint: server.endpoint } })
  expect(messages.filter(({ type }) => type === 'unkept')).toEqual([{ type: 'unkept', reason: 'the disk is full' }])
  expect(messages.find(isOpened('tiny'))).toMatchObject({ report: { model: { blocks: 4 } } })
})
