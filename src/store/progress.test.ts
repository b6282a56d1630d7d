// The time left, against what a recorded run took in the end.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TimedEvent } from '../pipeline/events.ts'
import { progress } from './progress.ts'
import { emptyRun, fold, type Run } from './run.ts'

const file = join(import.meta.dirname, '../../public/runs/tiny-tales-1m.json')
const events = JSON.parse(readFileSync(file, 'utf8')) as TimedEvent[]
const total = events[events.length - 1].at

/** The run at a share of its time, on top of a run before it. */
const at = (share: number, before: Run = emptyRun) =>
  events.filter((event) => event.at <= share * total).reduce(fold, before)

/** Estimated length of the whole run ÷ what it took. */
const estimate = (run: Run) => (run.at + (progress(run).remainingMs ?? NaN)) / total

// The run was recorded where other programs ran too: two equal blocks differ by a factor of two in its log.
test.each([
  [0.1, 0.2],
  [0.3, 0.15],
  [0.5, 0.1],
  [0.7, 0.05],
])('at %d of the run its estimated length is off by less than %d', (share, error) => {
  expect(Math.abs(estimate(at(share)) - 1)).toBeLessThan(error)
})

test('there is no estimate before two layers are solved, and none after the end', () => {
  const first = events.findIndex(({ event }) => event === 'solved')
  expect(progress(events.slice(0, first + 1).reduce(fold, emptyRun)).remainingMs).toBeUndefined()
  expect(progress(at(1)).remainingMs).toBeUndefined()
})

test('what is left of the evaluation is known to the next run, which need not calibrate', () => {
  const again = events
    .filter(({ event }) => event !== 'calibrating')
    .map((event) => (event.event === 'started' ? { ...event, cached: true } : event))
  const solved = again.findIndex(({ event }) => event === 'evaluating')
  const run = again.slice(0, solved).reduce(fold, at(1))
  const evaluation = total - events[events.findIndex(({ event }) => event === 'evaluating') - 1].at
  expect((progress(run).remainingMs ?? 0) / evaluation).toBeCloseTo(1, 1)
})
