// What is said of a plan before it runs, and the changes that are offered.
import { expect, test } from 'vitest'
import { defaultPlan, type Plan } from './plan.ts'
import { dividingGroup, planChecks, type PlanCheck, type PlanTexts } from './plan-checks.ts'

const layer = (name: string, rows: number, columns: number) => ({ layer: name, block: 0, module: name, rows, columns })
const layers = [layer('q', 64, 64), layer('down', 64, 192)]
const model = (context: number, learned?: number) =>
  ({
    facts: { context },
    layers,
    design: { embedding: { positions: learned === undefined ? undefined : { rows: learned + 2, offset: 2 } } },
  }) as unknown as Parameters<typeof planChecks>[0]

const texts = (calibration: number, evaluation = 10_000): PlanTexts => ({
  calibration: { name: 'calibration.txt', tokens: calibration },
  evaluation: { name: 'evaluation.txt', tokens: evaluation },
})
const plan: Plan = { ...defaultPlan, window: 32, samples: 24, windows: 4 }
const lines = (change: Partial<Plan> = {}, given = texts(10_000), one = model(256)) =>
  new Map(planChecks(one, { ...plan, ...change }, given).map((check) => [check.subject, check]))
const line = (subject: string, ...given: Parameters<typeof lines>): PlanCheck => {
  const found = lines(...given).get(subject)
  if (!found) throw new Error(`no line about ${subject}`)
  return found
}

test('a plan that fits the model is all ok', () => {
  expect([...lines().values()].map(({ status }) => status)).toEqual(Array(5).fill('ok'))
})

test('a group that does not divide rows names the layers and offers one that does', () => {
  const odd = line('Group', { group: 48 })
  expect(odd).toMatchObject({ status: 'warning', layers: ['q'], offer: { change: { group: 32 } } })
  const wide = line('Group', { group: 128 })
  expect(wide).toMatchObject({ status: 'error', layers: ['q', 'down'], offer: { change: { group: 64 } } })
  expect(wide.fact).toBe('128 is larger than the rows of 1 layer (64 columns)')
  expect(dividingGroup(128, [{ columns: 120 }])).toBe(0)
  expect(dividingGroup(100, [{ columns: 960 }, { columns: 576 }])).toBe(64)
})

test('a window beyond learned positions is an error, beyond the context a warning', () => {
  expect(line('Window', { window: 300 })).toMatchObject({ status: 'warning', offer: { change: { window: 256 } } })
  const learned = line('Window', { window: 300 }, texts(10_000), model(512, 290))
  expect(learned).toMatchObject({ status: 'error', offer: { change: { window: 290 } } })
  expect(learned.fact).toBe('300 tokens; the model has learned 290 positions')
})

test('tokens for the widest layer: more windows are offered where the text has them', () => {
  const few = line('Calibration tokens', { samples: 6 })
  // 6 · 32 tokens; 4 · 192 / 32 windows.
  expect(few).toMatchObject({ status: 'warning', layers: ['q', 'down'], offer: { change: { samples: 24 } } })
  expect(few.fact).toBe('192 are 1 per column of the widest layer (192); 4 are advised')
  const only = line('Calibration tokens', { samples: 8 })
  expect(only.layers).toEqual(['down'])
  const short = line('Calibration tokens', { samples: 6, heldOut: 2 }, texts(10 * 32))
  expect(short).toMatchObject({ offer: { change: { samples: 8 } } })
  expect(short.detail).toBe('That takes 24 windows, the text has 10: a longer one is needed')
  expect(line('Calibration tokens', { samples: 10 }, texts(10 * 32)).offer).toBeUndefined()
})

test('texts that are too short, cannot be read, or are not needed', () => {
  const given = texts(100, 20)
  expect(line('Calibration text', {}, given)).toMatchObject({
    status: 'warning',
    fact: 'calibration.txt has 3 of the 24 windows asked for',
  })
  expect(line('Evaluation text', {}, given)).toMatchObject({ status: 'error', offer: { change: { window: 16 } } })
  expect(line('Evaluation text', { windows: 0 }, given).status).toBe('ok')
  const unread = { ...given, evaluation: { name: 'evaluation.txt', problem: 'no tokenizer.json' } }
  expect(line('Evaluation text', {}, unread)).toMatchObject({ status: 'error', fact: 'no tokenizer.json' })
})
