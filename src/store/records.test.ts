import { expect, test } from 'vitest'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { madeUpRun } from '../test/recording.ts'
import { RecordBook, type Shelf } from './records-book.ts'
import { effectiveBitsOf, inScope, meanRelative, recordOf, renewed, scopeOf, type RunRecord } from './records.ts'
import { emptyRun, fold } from './run.ts'

const runOf = (plan: Partial<Plan> = {}, blocks = 1) => madeUpRun({ plan, blocks }).reduce(fold, emptyRun)
const record = (recipe: string, plan: Partial<Plan> = {}) => recordOf(runOf(plan), recipe, 'now')!

test('a recipe becomes a record with its last layer, and its perplexity joins it', () => {
  const events = madeUpRun({ blocks: 1, plan: { recipes: ['rtn', 'gptq'], windows: 4 } })
  const book = new RecordBook(undefined, () => '2026-01-01T00:00:00.000Z')
  let run = emptyRun
  const seen: [number, string[]][] = []
  for (const event of events) {
    run = fold(run, event)
    book.hear(run, [event])
    const records = [...book.store.getState().records.values()]
    const said = records.map(({ recipe, perplexity }) => recipe + (perplexity ? '+' : ''))
    if (said.join() !== seen.at(-1)?.[1].join()) seen.push([event.at, said])
  }
  expect(seen.map(([, said]) => said)).toEqual([[], ['rtn'], ['rtn', 'gptq'], ['rtn+', 'gptq'], ['rtn+', 'gptq+']])
  const [, gptq] = book.store.getState().records.values()
  expect(gptq.layers).toEqual(run.order.map((layer) => run.layers[layer].results.gptq))
  expect(gptq).toMatchObject({
    model: { fingerprint: 'made-up-1', name: 'made-up-model' },
    calibration: { digest: '16x256' },
    evaluation: { digest: '4x256', text: 'evaluation.txt' },
    unquantized: { value: 1.506 },
    bits: 3,
    group: 0,
    at: '2026-01-01T00:00:00.000Z',
  })
  expect(gptq.settings).not.toHaveProperty('bits')
  expect(gptq.settings).toMatchObject({ grid: 'minmax', damp: 0.01, mode: 'quick' })
})

test('a run that does not say what it was measured on leaves no record', () => {
  const [started, ...rest] = madeUpRun({ blocks: 1 })
  if (started.event !== 'started') throw new Error('not the start')
  const { text, tokens, windows } = started.calibration
  const old = [{ ...started, calibration: { text, tokens, windows } }, ...rest]
  expect(recordOf(old.reduce(fold, emptyRun), 'rtn', 'now')).toBeUndefined()
})

test('the key follows what decides the numbers of the layers, and nothing else', () => {
  const base = record('gptq').key
  expect(record('gptq', { windows: 4, recipes: ['gptq'] }).key).toBe(base)
  const layerBits = { 'model.layers.0.mlp.down_proj': 4 }
  for (const change of [{ bits: 2 }, { group: 64 }, { samples: 8 }, { damp: 0.1 }, { seed: 2 }, { layerBits }])
    expect(record('gptq', change).key, JSON.stringify(change)).not.toBe(base)
  expect(record('rtn').key).not.toBe(base)
})

test('of one model, on the same tokens, with the same settings', () => {
  const all = [
    record('rtn'),
    record('gptq', { bits: 2 }),
    record('gptq', { damp: 0.1 }),
    record('gptq', { samples: 8 }),
  ]
  const scope = scopeOf({ fingerprint: 'made-up-1', calibration: '16x256' }, { ...defaultPlan, bits: 8 })
  expect(inScope(all, scope)).toEqual(all.slice(0, 2))
  expect(inScope(all, { ...scope, fingerprint: 'another' })).toEqual([])
})

test('a newer record takes over what it did not measure', () => {
  const before = record('gptq')
  const held = {
    ...before,
    heldOut: 'held',
    layers: before.layers.map((layer) => ({ ...layer, heldOut: { objective: 1, relative: 0.5 } })),
  }
  const after = record('gptq', { windows: 0 })
  expect(after.perplexity).toBeUndefined()
  const merged = renewed(held, after)
  expect(merged.perplexity).toEqual(before.perplexity)
  expect(merged.evaluation).toEqual(before.evaluation)
  expect(merged.heldOut).toBe('held')
  expect(merged.layers[0].heldOut).toEqual({ objective: 1, relative: 0.5 })
  // Measured on another text: that one counts.
  const other = record('gptq', { windows: 4 })
  expect(renewed(before, other)).toEqual(other)
})

test('means: every layer once, every weight once', () => {
  expect(meanRelative([{ relative: 0.1 }, { relative: 0.3 }])).toBeCloseTo(0.2, 12)
  const layers = [
    { effectiveBits: 3, rows: 10, columns: 30 },
    { effectiveBits: 4, rows: 10, columns: 10 },
  ]
  expect(effectiveBitsOf(layers)).toBe(3.25)
})

class MapShelf implements Shelf {
  readonly kept = new Map<string, RunRecord>()
  refuse: Error | undefined
  private check() {
    if (this.refuse) throw this.refuse
  }
  async load() {
    this.check()
    return Promise.resolve([...this.kept.values()])
  }
  async put(records: readonly RunRecord[]) {
    this.check()
    for (const one of records) this.kept.set(one.key, one)
    return Promise.resolve()
  }
  async remove(keys: readonly string[]) {
    for (const key of keys) this.kept.delete(key)
    return Promise.resolve()
  }
}

test('records come back with the next page, and a model’s can be forgotten', async () => {
  const shelf = new MapShelf()
  const first = new RecordBook(shelf)
  expect(first.store.getState().kept).toBe('reading')
  const other = { ...record('rtn'), key: 'other', model: { fingerprint: 'other', name: 'other' } }
  first.keep([record('rtn'), record('gptq')])
  first.keep([other])
  await first.settled()
  expect(first.store.getState().kept).toBe('browser')

  const second = new RecordBook(shelf)
  second.keep([record('rtn', { bits: 2 })])
  await second.settled()
  expect([...second.store.getState().records.values()].map(({ recipe, bits }) => `${recipe} ${bits}`)).toEqual([
    'rtn 3',
    'gptq 3',
    'rtn 3',
    'rtn 2',
  ])
  second.clear('made-up-1')
  await second.settled()
  expect([...shelf.kept.values()]).toEqual([other])
  expect([...second.store.getState().records.values()]).toEqual([other])
})

test('a browser that keeps nothing, or has no more room, is said with its reason; results stay on the page', async () => {
  const shelf = new MapShelf()
  shelf.refuse = new DOMException('not allowed here', 'SecurityError')
  const closed = new RecordBook(shelf)
  closed.keep([record('rtn')])
  await closed.settled()
  expect(closed.store.getState()).toMatchObject({
    kept: 'page',
    problem:
      'This browser keeps nothing for this page (SecurityError: not allowed here). Results last until the tab is closed.',
  })
  expect(closed.store.getState().records.size).toBe(1)

  shelf.refuse = undefined
  const full = new RecordBook(shelf)
  await full.settled()
  shelf.refuse = new DOMException('no room', 'QuotaExceededError')
  full.keep([record('gptq')])
  await full.settled()
  expect(full.store.getState().problem).toBe(
    'The browser has no more room for this page (QuotaExceededError: no room). Results last until the tab is closed.',
  )
  expect(full.store.getState().records.size).toBe(1)
})
