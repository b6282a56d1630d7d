import { expect, test } from 'vitest'
import { defaultPlan } from '../pipeline/plan.ts'
import type { FromWorker, ToWorker } from '../worker/protocol.ts'
import { Questions } from './questions.ts'
import {
  enoughWindows,
  samplesFinding,
  samplesProgress,
  samplesRows,
  SamplesStudy,
  studied,
  studiedFirst,
} from './samples.ts'

const losses = [0.1, 0.06, 0.05, 0.0495, 0.0494]
const points = losses.flatMap((heldOut, i) =>
  ['rtn', 'cdquant'].map((recipe) => ({
    windows: 2 ** i,
    tokens: 256 * 2 ** i,
    recipe,
    heldOut: recipe === 'rtn' ? 0.2 : heldOut,
    seen: heldOut / 2,
  })),
)

test('points become rows, and the finding is computed from them', () => {
  const rows = samplesRows(points)
  expect(rows.map(({ windows, tokens, heldOut }) => [windows, tokens, heldOut.cdquant])).toEqual(
    losses.map((loss, i) => [2 ** i, 256 * 2 ** i, loss]),
  )
  expect(enoughWindows(rows, 'cdquant')).toBe(4)
  expect(samplesFinding(rows, 'cdquant')).toBe(
    'From 8 to 16 windows the held-out loss of CDQuant falls by 0.2\u202f%. ' +
      '4 windows are enough here: each doubling after that brings less than 2\u202f%.',
  )
  expect(samplesFinding(rows.slice(0, 2), 'cdquant')).toBe(
    'From 1 to 2 windows the held-out loss of CDQuant falls by 40.0\u202f%. More windows would still help.',
  )
  expect(samplesFinding(rows, 'rtn')).toContain('the held-out loss of RTN stays. 1 window is enough here')
  expect(samplesFinding(rows.slice(0, 1), 'cdquant')).toBeUndefined()
  const early = rows.map((row) => ({ ...row, heldOut: { ...row.heldOut, rtn: 0.055 } }))
  expect(samplesFinding(early, 'cdquant')).toMatch(/less than 2\u202f%\. With 2 windows it loses no less than RTN\.$/)
  expect(samplesFinding(early.slice(0, 2), 'cdquant')).toMatch(/ Even with 2 windows it loses no less than RTN\.$/)
  expect(studied(['rtn', 'gptq', 'cyclic', 'cdquant', 'gptq+cdquant'])).toEqual(['rtn', 'gptq', 'cdquant'])
  expect([['rtn', 'gptq'], ['rtn'], ['gptq', 'cdquant']].map(studiedFirst)).toEqual(['gptq', 'rtn', 'cdquant'])
})

test('a study hears its points, is stopped with them kept, and says why it was refused', async () => {
  const sent: ToWorker[] = []
  const questions = new Questions({ send: (message) => void sent.push(message), listen: () => () => {}, close() {} })
  const study = new SamplesStudy(questions)
  const asked = { plan: defaultPlan, most: 2, heldOut: 4, model: 'small' }
  const say = (message: FromWorker) => questions.hear(message)
  const working = study.measure(asked, {})
  expect(sent[0]).toEqual({
    type: 'ask',
    id: 1,
    question: { kind: 'samples', ask: { plan: defaultPlan, most: 2, heldOut: 4 } },
  })
  const progress = { event: 'solve', size: 0, of: 2, windows: 1, layer: 'q', recipe: 'gptq' } as const
  say({ type: 'part', id: 1, part: progress })
  expect(study.store.getState().progress).toEqual(progress)
  expect(samplesProgress(progress)).toBe('Size 1 of 2, 1 window: solving by GPTQ')
  say({ type: 'part', id: 1, part: { event: 'point', ...points[0] } })
  study.stop()
  await working
  expect(sent.at(-1)).toEqual({ type: 'forget', id: 1 })
  expect(study.store.getState()).toEqual({ state: 'stopped', asked, points: [points[0]] })

  const again = study.measure(asked, {})
  say({ type: 'refused', id: 2, kind: 'input', message: 'a run began before this was answered' })
  await again
  expect(study.store.getState()).toMatchObject({ state: 'refused', problem: 'a run began before this was answered' })
})
