// The matrix at work, with a worker that is played by the test.
import { expect, test, vi } from 'vitest'
import type { TimedEvent } from '../pipeline/events.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { madeUpRun } from '../test/recording.ts'
import { INTERRUPTED } from '../worker/asking.ts'
import { Matrix } from './matrix-job.ts'
import { type Questions, Refusal } from './questions.ts'
import { RecordBook } from './records-book.ts'

type Asked = { plan: Plan }
interface Options {
  part(events: TimedEvent[]): void
  signal: AbortSignal
}

/** A matrix whose questions are answered by `work`, once per set of cells. */
function bench(work: (plan: Plan, options: Options) => Promise<void>) {
  const asked: Plan[] = []
  const session = { plan: { ...defaultPlan, windows: 4 } as Plan }
  const ask = async (kind: string, { plan }: Asked, options: Options) => {
    if (kind === 'identity') return { fingerprint: 'made-up-1', calibration: `${plan.samples}x${plan.window}` }
    asked.push(plan)
    await work(plan, options)
    return { ms: 1 }
  }
  const records = new RecordBook()
  const matrix = new Matrix({
    questions: { ask: ask as unknown as Questions['ask'] },
    records,
    store: { getState: () => session },
    texts: {},
  })
  return { matrix, asked, session, records, job: () => matrix.store.getState().job! }
}

const whole = (plan: Plan) => madeUpRun({ plan, blocks: 1 }).filter(({ event }) => event !== 'finished')
const cell = (recipe: string, bits: number) => ({ recipe, bits, group: 0 })

test('cells are run by bit width, without evaluation unless asked for, and become records', async () => {
  const { matrix, asked, records, job } = bench((plan, { part }) => Promise.resolve(part(whole(plan))))
  await matrix.run([cell('gptq', 4), cell('cdquant', 2), cell('rtn', 2)])
  expect(asked.map(({ bits, recipes, windows }) => ({ bits, recipes, windows }))).toEqual([
    { bits: 2, recipes: ['rtn', 'cdquant'], windows: 0 },
    { bits: 4, recipes: ['gptq'], windows: 0 },
  ])
  const kept = [...records.store.getState().records.values()]
  expect(kept.map(({ recipe, bits }) => `${recipe} ${bits}`)).toEqual(['rtn 2', 'cdquant 2', 'gptq 4'])
  expect(job()).toMatchObject({ total: 3, done: 3, waiting: [] })
  expect(job().ms).toBeGreaterThan(0)

  matrix.store.setState({ measure: 'perplexity' })
  await matrix.run([cell('gptq', 4)])
  expect(asked.at(-1)?.windows).toBe(4)
  expect([...records.store.getState().records.values()].at(-1)?.perplexity).toBeDefined()
})

test('more cells join those that wait, none twice; progress tells how far the set is', async () => {
  let go = () => {}
  const { matrix, asked, job } = bench(async (plan, { part }) => {
    const events = whole(plan)
    part(
      events.slice(
        0,
        events.findLastIndex(({ event }) => event === 'layer'),
      ),
    )
    await new Promise<void>((resolve) => (go = resolve))
    part(events.slice(events.findLastIndex(({ event }) => event === 'layer')))
  })
  const done = matrix.run([cell('gptq', 3)])
  await vi.waitFor(() => expect(job().now).toMatchObject({ bits: 3, recipes: 1, phase: 'solving', done: 6, of: 7 }))
  await matrix.run([cell('gptq', 3), cell('rtn', 2)])
  expect(job()).toMatchObject({ total: 2, done: 0 })
  go()
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(job()).toMatchObject({ total: 2, done: 1, waiting: [cell('rtn', 2)] })
  await vi.waitFor(() => expect(job().now).toMatchObject({ bits: 2, phase: 'solving' }))
  go()
  await done
  expect(job()).toMatchObject({ total: 2, done: 2, waiting: [] })
})

test('stopped in the middle, what is there stays', async () => {
  const { matrix, asked, records, job } = bench((plan, { part, signal }) => {
    if (plan.bits === 2) return Promise.resolve(part(whole(plan)))
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  })
  const done = matrix.run([cell('gptq', 2), cell('gptq', 3), cell('gptq', 4)])
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  matrix.stop()
  await done
  expect(job()).toMatchObject({ total: 3, done: 1, waiting: [] })
  expect(job()).not.toHaveProperty('problem')
  expect(job()).not.toHaveProperty('now')
  expect(records.store.getState().records.size).toBe(1)
})

test('a run that begins goes first: the set is asked for again', async () => {
  let interruptions = 0
  const { matrix, asked, job } = bench((plan, { part }) => {
    if (interruptions++ === 0) return Promise.reject(new Refusal('input', INTERRUPTED))
    return Promise.resolve(part(whole(plan)))
  })
  await matrix.run([cell('gptq', 3)])
  expect(asked).toHaveLength(2)
  expect(job()).toMatchObject({ total: 1, done: 1 })
})

test('other refusals, other settings and missing results end it and are said', async () => {
  const refused = bench(() => Promise.reject(new Refusal('input', 'group 200 is larger than the 128 columns')))
  await refused.matrix.run([cell('gptq', 3)])
  expect(refused.job().problem).toBe('group 200 is larger than the 128 columns')

  const changed = bench((plan, { part }) => {
    changed.session.plan = { ...defaultPlan, samples: 8, windows: 4 }
    return Promise.resolve(part(whole(plan)))
  })
  await changed.matrix.run([cell('gptq', 2), cell('gptq', 3)])
  expect(changed.job()).toMatchObject({
    done: 1,
    problem: 'The plan’s settings or windows changed; cells not yet run were let go.',
  })

  const nothing = bench(() => Promise.resolve())
  await nothing.matrix.run([cell('gptq', 3)])
  expect(nothing.job().problem).toBe('1 of 1 cells at 3 bits came back without a result')
})

test('the newest question about the plan wins', async () => {
  const { matrix, session } = bench(() => Promise.resolve())
  const first = matrix.identify()
  session.plan = { ...session.plan, samples: 2 }
  await matrix.identify()
  await first
  expect(matrix.store.getState().scope).toMatchObject({ fingerprint: 'made-up-1', calibration: '2x256' })
})
