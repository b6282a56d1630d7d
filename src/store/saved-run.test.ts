import { expect, test } from 'vitest'
import { NO_BLOCK } from '../pipeline/bare-layers.ts'
import { bitsOf } from '../pipeline/plan.ts'
import type { TimedEvent } from '../pipeline/events.ts'
import { madeUpRun } from '../test/recording.ts'
import { runJson } from './downloads.ts'
import { emptyRun, fold, type Run } from './run.ts'
import { savedRun } from './saved-run.ts'
import { layerName } from './wording.ts'
import { without } from './without.ts'

const folded = (events: readonly TimedEvent[]): Run => events.reduce(fold, emptyRun)
/** The made-up points carry more than a curve needs. */
const plain = (event: TimedEvent): TimedEvent =>
  event.event === 'descent'
    ? { ...event, points: event.points.map(({ moves, objective }) => ({ moves, objective })) }
    : event
const whole = folded(madeUpRun().map(plain))
const saved = runJson(whole)

test('a saved run comes back to the digit: losses, curves, health, damping, perplexities, notes', () => {
  const back = folded(savedRun(saved, 'run.json'))
  expect(back.phase).toBe('finished')
  expect(back.at).toBe(whole.at)
  for (const part of [
    'plan',
    'model',
    'adapter',
    'calibration',
    'evaluation',
    'order',
    'perplexity',
    'warnings',
  ] as const)
    expect(back[part], part).toEqual(whole[part])
  for (const layer of whole.order) {
    expect(back.layers[layer], layer).toMatchObject(without(whole.layers[layer], 'beganAt'))
  }
  expect(JSON.parse(runJson(back))).toEqual({ ...JSON.parse(saved), spent: back.spent })
})

test('a run of matrices comes back with H = I and without blocks', () => {
  const [started] = madeUpRun()
  if (started.event !== 'started') throw new Error('a run begins with started')
  const matrix = { layer: 'up', block: NO_BLOCK, module: 'up', rows: 4, columns: 8 }
  const run = folded([
    { ...started, layers: [matrix], bare: { withInputs: 0 } },
    ...(
      [
        {
          event: 'hessian',
          block: NO_BLOCK,
          layers: ['up'],
          columns: 8,
          tokens: 0,
          deadColumns: 0,
          few: false,
          identity: true,
        },
        { event: 'solved', layer: 'up' },
        { event: 'finished', perplexity: {}, layers: [] },
      ] as const
    ).map((event, i) => ({ ...event, layers: 'layers' in event ? [...event.layers] : [], at: i }) as TimedEvent),
  ])
  const back = folded(savedRun(runJson(run), 'run.json'))
  expect(back.bare).toEqual({ withInputs: 0 })
  expect(back.layers.up).toMatchObject({ facts: matrix, identity: true, tokens: 0, few: false })
  expect(layerName(matrix)).toBe('up')
})

test('a run of matrices comes back whatever they are called, with bits of their own', () => {
  const names = [
    '__proto__',
    'constructor',
    'tête / ß',
    '../../x',
    '重み 第一層',
    '<img src=x>',
    'x'.repeat(1000),
    'a, "b"',
  ]
  const [started] = madeUpRun()
  if (started.event !== 'started') throw new Error('a run begins with started')
  const layers = names.map((layer) => ({ layer, block: NO_BLOCK, module: layer, rows: 4, columns: 8 }))
  const layerBits = Object.fromEntries(names.map((name, i) => [name, 2 + (i % 4)]))
  const result = whole.layers[whole.order[0]].results.rtn
  const events = [
    { ...started, layers, bare: { withInputs: 0 }, plan: { ...started.plan, group: 0, layerBits } },
    ...names.flatMap((layer) => [
      { event: 'layer', ...result, layer, recipe: 'rtn' } as const,
      { event: 'solved', layer } as const,
    ]),
    { event: 'finished', perplexity: {}, layers: [] } as const,
  ]
  const run = folded(events.map((event, i) => ({ ...event, at: i }) as TimedEvent))
  const back = folded(savedRun(runJson(run), 'run.json'))
  expect(back.order).toEqual(names)
  for (const [i, name] of names.entries()) {
    expect(Object.hasOwn(back.layers, name), name).toBe(true)
    expect(back.layers[name]).toMatchObject({ facts: layers[i], solved: true, results: { rtn: { layer: name } } })
    expect(bitsOf(back.plan!, name)).toBe(2 + (i % 4))
  }
  expect(({} as { bits?: number }).bits).toBeUndefined()
})

test('a run stopped in the middle comes back as it was left', () => {
  const events = madeUpRun()
  const half = folded(events.slice(0, Math.floor(events.length / 2)))
  const back = folded(savedRun(runJson(half), 'run.json'))
  expect(back.phase).not.toBe('finished')
  expect(back.order.filter((layer) => back.layers[layer].solved)).toEqual(
    half.order.filter((layer) => half.layers[layer].solved),
  )
  for (const layer of half.order) expect(back.layers[layer].results).toEqual(half.layers[layer].results)
})

test('a loss without end survives', () => {
  const [model] = Object.keys(whole.perplexity)
  const perplexity = { ...whole.perplexity, [model]: { ...whole.perplexity[model], value: Infinity } }
  expect(folded(savedRun(runJson({ ...whole, perplexity }), 'run.json')).perplexity[model].value).toBe(Infinity)
})

/** The saved run with one thing changed. */
function changed(change: (data: Record<string, never>) => void): string {
  const data = JSON.parse(saved) as Record<string, never>
  change(data)
  return JSON.stringify(data)
}

const refusals: [what: string, file: string, message: RegExp][] = [
  ['cut off', saved.slice(0, saved.length / 2), /^run\.json is not whole JSON \(\d+ characters\)/],
  ['empty', '', /^run\.json is not whole JSON \(0 characters\)/],
  ['of another program', '{"model_type": "llama"}', /^run\.json is no run saved by this page.*'cdquant-run'/],
  ['a list', '[1, 2]', /^run\.json is no run saved by this page/],
  ['null', 'null', /^run\.json is no run saved by this page/],
  ['newer', changed((data) => (data.version = 7 as never)), /newer version \(format 7\); this page reads up to 1/],
  ['hostile', saved.replace('"event"', '"__proto__": {"polluted": 1}, "event"'), /field named '__proto__'/],
  ['hostile in a recipe', saved.replace('"cdquant":[', '"constructor":['), /field named 'constructor'/],
  ['of a huge number', saved.replace(/"relative":[\d.e-]+/, '"relative":1e999'), /relative is Infinity; allowed are/],
  [
    'of a wrong type',
    saved.replace(/"relative":([\d.e-]+)/, '"relative":"$1"'),
    /layers\[0\]\.relative is '0\.\d+', not a number/,
  ],
  ['without a field', changed((data) => delete data.adapter), /run\.json\.adapter is missing, not a record/],
  [
    'with a plan that cannot be',
    saved.replace('"bits":3', '"bits":99'),
    /plan: bits is 99; allowed: whole numbers from 2 to 8/,
  ],
  ['with a wrong setting', saved.replace('"samples":16', '"samples":"16"'), /plan\.samples is "16", not a number/],
  [
    'of an unknown recipe',
    changed((data) => ((data.plan as { recipes: string[] }).recipes[0] = 'magic')),
    /plan: .*magic/,
  ],
  [
    'too deep',
    saved.replace('"warnings": [', `"deep": ${'['.repeat(40)}${']'.repeat(40)}, "warnings": [`),
    /deeper than 12 levels/,
  ],
  [
    'of a layer that is not seen',
    saved.replaceAll('model.layers.0.self_attn.q_proj', 'up\\u202egnp'),
    /details\[0\]\.layer has the character U\+202E, which is not seen/,
  ],
  [
    'of a layer with a long name',
    saved.replaceAll('model.layers.0.self_attn.q_proj', 'x'.repeat(1001)),
    /layer has 1001 characters; allowed are 1000/,
  ],
  [
    'of two layers of one name',
    saved.replaceAll('model.layers.0.self_attn.q_proj', 'model.layers.0.self_attn.k_proj'),
    /layers of \d+ names/,
  ],
  [
    'with a result of no layer',
    saved.replace('"layer":"model.layers.0.', '"layer":"model.layers.9.'),
    /which the run does not have/,
  ],
  ['with half a point', saved.replace(/"curves":\{("[\w+-]+"):\[[\d.e-]+,/, '"curves":{$1:['), /which make no pairs/],
]

test.each(refusals)('a file that is %s is refused with the fact', (_, file, message) => {
  expect(() => savedRun(file, 'run.json')).toThrow(message)
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})
