import { expect, test } from 'vitest'
import { madeUpRun } from '../test/recording.ts'
import type { FromWorker, ToWorker } from '../worker/protocol.ts'
import { runJson } from './downloads.ts'
import { Playground } from './playground.ts'
import { emptyRun, fold } from './run.ts'
import { readPlan } from './url.ts'

function page() {
  const listeners: ((message: FromWorker) => void)[] = []
  const sent: ToWorker[] = []
  const playground = new Playground({
    client: {
      send: (message) => void sent.push(message),
      listen: (listener) => {
        listeners.push(listener)
        return () => {}
      },
      close: () => {},
    },
    link: readPlan('?autorun=0'),
    bundled: 'bundled',
    recording: () => Promise.resolve(madeUpRun({ seed: 3 })),
  })
  const tell = (message: FromWorker) => listeners.forEach((listener) => listener(message))
  return { playground, sent, tell, session: () => playground.store.getState() }
}

const live = madeUpRun({ seed: 2 })
const other = madeUpRun({ plan: { bits: 2 } }).reduce(fold, emptyRun)
const file = new Blob([runJson(other)])

test('a saved run takes the screen, the live one goes on behind it, and the way back leads there', async () => {
  const { playground, tell, session, sent } = page()
  tell({ type: 'events', events: live.slice(0, 40) })
  await playground.viewing.open('two.json', file)
  expect(session()).toMatchObject({
    state: 'finished',
    plan: { bits: 2 },
    recording: { saved: 'two.json', playing: false },
  })
  expect(session().run.perplexity).toEqual(other.perplexity)
  tell({ type: 'events', events: live.slice(40) })
  playground.change({ bits: 4 })
  expect(session().plan.bits).toBe(2)
  expect(session().run.plan?.bits).toBe(2)
  expect(sent).toEqual([])
  playground.go('layer')
  playground.viewing.leave()
  expect(session()).toMatchObject({ plan: { bits: 3 }, room: 'layer', run: { phase: 'finished' } })
  expect(session().recording).toBeUndefined()
  expect(session().run).toEqual(live.reduce(fold, emptyRun))
})

test('over a recording: the recording comes back; a second file replaces the first', async () => {
  const { playground, tell, session } = page()
  tell({ type: 'unavailable', reason: 'none here' })
  await expect.poll(() => session().recording?.name).toBe('made-up-model')
  await playground.viewing.open('two.json', file)
  await playground.viewing.open('again.json', file)
  expect(session().recording?.saved).toBe('again.json')
  playground.viewing.leave()
  expect(session().recording).toMatchObject({ name: 'made-up-model' })
  expect(session().recording?.saved).toBeUndefined()
  expect(session().run.plan?.bits).toBe(3)
})

test('what came meanwhile is not lost: no WebGPU means the recording once the file is left', async () => {
  const { playground, tell, session } = page()
  await playground.viewing.open('two.json', file)
  tell({ type: 'unavailable', reason: 'none here' })
  expect(session().recording?.saved).toBe('two.json')
  playground.viewing.leave()
  await expect.poll(() => session().recording?.name).toBe('made-up-model')
})

test('a file that cannot be read leaves the screen as it is and says why; a huge one is not even read', async () => {
  const { playground, session } = page()
  const before = session()
  await playground.viewing.open('broken.json', new Blob(['{"format": "cdquant-run"']))
  expect(session()).toEqual({ ...before, unread: expect.stringMatching(/^broken\.json is not whole JSON/) as string })
  const huge = { size: 5e9, text: () => Promise.reject(new Error('was read')) } as unknown as Blob
  await playground.viewing.open('huge.json', huge)
  expect(session().unread).toBe('huge.json has 5.0 GB; a saved run has at most 64.0 MB')
})

test('opening a checkpoint leaves the saved run', async () => {
  const { playground, session, sent } = page()
  await playground.viewing.open('two.json', file)
  playground.opening.files('mine', [])
  expect(session().recording).toBeUndefined()
  expect(session()).toMatchObject({ room: 'open', own: { files: 'mine' }, reading: true })
  expect(sent).toEqual([expect.objectContaining({ type: 'open' })])
})
