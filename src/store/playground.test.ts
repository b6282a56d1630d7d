import { expect, test } from 'vitest'
import { defaultPlan } from '../pipeline/plan.ts'
import { madeUpLayers, madeUpRun } from '../test/recording.ts'
import type { FromWorker, OpenReport, ToWorker } from '../worker/protocol.ts'
import { Playground } from './playground.ts'

const model = {
  name: 'small',
  architecture: 'llama',
  parameters: 1,
  blocks: 4,
  hidden: 1,
  vocabulary: 1,
  context: 256,
  tied: true,
}
const good: OpenReport = {
  name: 'small',
  from: 'bundled',
  bytes: 1,
  files: 1,
  checks: [],
  model,
  layers: madeUpLayers(),
}
const bad: OpenReport = {
  name: 'own',
  from: 'files',
  bytes: 1,
  files: 1,
  checks: [{ status: 'error', subject: 'config.json', fact: 'config.json is missing' }],
}

function setUp({ autorun = true, recording = () => Promise.resolve(madeUpRun()) } = {}) {
  const sent: ToWorker[] = []
  let say: (message: FromWorker) => void = () => {}
  const client = {
    send: (message: ToWorker) => void sent.push(message),
    listen: (listener: (message: FromWorker) => void) => {
      say = listener
      return () => {}
    },
    close: () => {},
  }
  const playground = new Playground({
    client,
    link: { plan: defaultPlan, autorun, problems: [] },
    bundled: 'small',
    recording,
  })
  playground.opening.bundled()
  return { playground, sent, say: (message: FromWorker) => say(message), session: () => playground.store.getState() }
}

const kinds = (sent: readonly ToWorker[]) => sent.map(({ type }) => type)

test('the page starts by itself, and waits when the link says so', () => {
  const { sent, say } = setUp()
  expect(sent).toEqual([{ type: 'open', source: { kind: 'bundled', name: 'small' } }])
  say({ type: 'opened', report: good })
  expect(sent[1]).toEqual({ type: 'run', plan: defaultPlan, stepping: false })
  const waiting = setUp({ autorun: false })
  waiting.say({ type: 'opened', report: good })
  expect(kinds(waiting.sent)).toEqual(['open'])
  waiting.playground.run()
  expect(kinds(waiting.sent)).toEqual(['open', 'run'])
})

test('a change of the plan begins again once a run exists, not before', () => {
  const { playground, sent, say, session } = setUp({ autorun: false })
  say({ type: 'opened', report: good })
  playground.change({ bits: 4 })
  expect(kinds(sent)).toEqual(['open'])
  playground.run()
  say({ type: 'events', events: madeUpRun() })
  say({ type: 'state', state: 'finished', liveBytes: 0 })
  playground.change({ bits: 2 })
  expect(sent.at(-1)).toMatchObject({ type: 'run', plan: { bits: 2 } })
  expect(session().state).toBe('running')
})

test('pause, resume and step speak to the run that goes on; step begins one where there is none', () => {
  const { playground, sent, say } = setUp({ autorun: false })
  say({ type: 'opened', report: good })
  playground.step()
  expect(sent.at(-1)).toMatchObject({ type: 'run', stepping: true })
  playground.pause()
  say({ type: 'state', state: 'paused', liveBytes: 9 })
  playground.step()
  playground.run()
  playground.stop()
  expect(kinds(sent).slice(2)).toEqual(['pause', 'step', 'resume', 'stop'])
})

test('a text that comes between the wish for a run and its beginning is read by the next one', () => {
  const { playground, sent, say } = setUp()
  say({ type: 'opened', report: good })
  say({ type: 'state', state: 'idle', liveBytes: 0 })
  playground.setText('calibration', { name: 'late', text: 'late' })
  expect(kinds(sent)).toEqual(['open', 'run', 'run'])
  expect(sent[2]).toMatchObject({ calibration: { name: 'late', text: 'late' } })
})

test('own texts go along with the run, and can be taken back', () => {
  const { playground, sent, say, session } = setUp()
  say({ type: 'opened', report: good })
  playground.setText('calibration', { name: 'mine.txt', text: 'once upon' })
  expect(sent.at(-1)).toMatchObject({ type: 'run', calibration: { name: 'mine.txt', text: 'once upon' } })
  expect(session().calibration).toEqual({ name: 'mine.txt', characters: 9 })
  playground.setText('calibration', undefined)
  expect(sent.at(-1)).not.toHaveProperty('calibration')
})

test('a checkpoint that cannot be opened leaves the one before in place', () => {
  const { playground, say, session } = setUp()
  say({ type: 'opened', report: good })
  playground.opening.files('own', [])
  expect(session()).toMatchObject({ room: 'open', source: 'files' })
  say({ type: 'opened', report: bad })
  expect(session()).toMatchObject({ report: bad, opened: good, openedFrom: 'bundled' })
  expect(session().failure).toBeUndefined()
})

test('a checkpoint is read beside the run; when it is refused the run stays, and Play says so', () => {
  const { playground, say, session } = setUp()
  say({ type: 'opened', report: good })
  say({ type: 'state', state: 'running', liveBytes: 1 })
  playground.opening.files('own', [])
  expect(session()).toMatchObject({ room: 'open', state: 'running', reading: true })
  playground.go('play')
  say({ type: 'opened', report: bad })
  expect(session()).toMatchObject({ state: 'running', reading: false, opened: good })
  expect(session().refused).toEqual({ name: 'own', fact: 'config.json is missing' })
  playground.go('open')
  expect(session()).toMatchObject({ report: bad })
  expect(session().refused).toBeUndefined()
})

test('the report of a model that was opened before the newest request is no answer to it', () => {
  const { playground, say, session } = setUp()
  playground.opening.files('own', [])
  say({ type: 'opened', report: good })
  expect(session()).toMatchObject({ reading: true, opened: good, openedFrom: 'bundled' })
  expect(session().report).toBeUndefined()
  const own: OpenReport = { ...good, name: 'own', from: 'files' }
  say({ type: 'opened', report: own })
  expect(session()).toMatchObject({ reading: false, opened: own, report: own, openedFrom: 'files' })
})

test('another model begins with an empty screen; one that is refused leaves the results there', () => {
  const { playground, say, session } = setUp()
  say({ type: 'opened', report: good })
  say({ type: 'events', events: madeUpRun() })
  const { run } = session()
  playground.opening.files('own', [])
  say({ type: 'opened', report: bad })
  expect(session().run).toBe(run)
  say({ type: 'opened', report: { ...good, name: 'own', from: 'files' } })
  expect(session().run).toMatchObject({ phase: 'waiting', order: [] })
})

test('only what could be opened can be chosen again, though something else was asked for since', () => {
  const { playground, sent, say, session } = setUp()
  say({ type: 'opened', report: good })
  for (const name of ['first', 'second', 'broken']) playground.opening.files(name, [])
  say({ type: 'opened', report: { ...good, name: 'second', from: 'files' } })
  say({ type: 'opened', report: { ...bad, name: 'broken' } })
  expect(session()).toMatchObject({ good: { files: 'second' }, opened: { name: 'second' } })
  playground.opening.again('files')
  expect(sent.at(-1)).toEqual({ type: 'open', source: { kind: 'files', name: 'second', files: [] } })
})

test('a bundled model that cannot be opened is a failure on the page', () => {
  const { say, session } = setUp()
  say({ type: 'opened', report: { ...bad, from: 'bundled' } })
  expect(session().failure).toEqual({ kind: 'input', message: 'own: config.json is missing' })
})

test('a failure keeps the layers on screen', () => {
  const { say, session } = setUp()
  say({ type: 'opened', report: good })
  say({ type: 'events', events: madeUpRun().slice(0, 400) })
  const { run } = session()
  say({ type: 'failed', kind: 'lost', message: 'gone' })
  expect(session()).toMatchObject({ state: 'failed', failure: { kind: 'lost', message: 'gone' } })
  expect(session().run).toBe(run)
})

test('without WebGPU the recorded run plays', async () => {
  const { playground, sent, say, session } = setUp()
  say({ type: 'unavailable', reason: 'no adapter' })
  say({ type: 'opened', report: good })
  await Promise.resolve()
  await Promise.resolve()
  expect(kinds(sent)).toEqual(['open'])
  expect(session()).toMatchObject({ state: 'running', unavailable: 'no adapter', recording: { playing: true, at: 0 } })
  playground.playback?.advance(1000)
  playground.playback?.setSpeed(4)
  playground.playback?.advance(500)
  expect(session().recording?.at).toBe(3000)
  playground.pause()
  playground.playback?.advance(500)
  expect(session().recording?.at).toBe(3000)
  playground.playback?.seek(Infinity)
  expect(session()).toMatchObject({ state: 'finished', run: { phase: 'finished' } })
  playground.run()
  expect(session()).toMatchObject({ state: 'running', recording: { at: 0 } })
})

test('a recording that cannot be loaded is said', async () => {
  const { say, session } = setUp({ recording: () => Promise.reject(new Error('answered 404')) })
  say({ type: 'unavailable', reason: 'no adapter' })
  await Promise.resolve()
  await Promise.resolve()
  expect(session().failure?.message).toBe('recorded run: answered 404')
})

test('neighbouring layers can be looked at, within the ends', () => {
  const { playground, say, session } = setUp()
  say({ type: 'events', events: madeUpRun() })
  const { order } = session().run
  playground.selectNext(1)
  expect(session().selected).toBe(order[27])
  playground.selectNext(-1)
  expect(session().selected).toBe(order[26])
  playground.select(undefined)
  expect(session().selected).toBeUndefined()
})

test('events that do not fit the run are said as a defect', () => {
  const { say, session } = setUp()
  say({ type: 'events', events: [{ event: 'solved', layer: 'nowhere', at: 0 }] })
  expect(session()).toMatchObject({ state: 'failed', failure: { kind: 'internal' } })
})
