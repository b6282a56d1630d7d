import { describe, expect, test } from 'vitest'
import { madeUpLayers, madeUpRun } from '../test/recording.ts'
import { focusLayer, tableRows } from './compare.ts'
import { descentData, depthMarks, depthRows, valueAt } from './curves.ts'
import { layersCsv, runJson } from './downloads.ts'
import { exportNote, runNotes } from './notes.ts'
import { perplexityEntries, perplexityScale, protocol } from './perplexity.ts'
import { Player } from './player.ts'
import { progress, statusText } from './progress.ts'
import { appendPoints, CURVE_POINTS, emptyRun, fold, type Run } from './run.ts'

const events = madeUpRun()
const foldAll = (upTo = events.length): Run => events.slice(0, upTo).reduce(fold, emptyRun)
const until = (last: string, nth = 1): Run => {
  let seen = 0
  return foldAll(events.findIndex(({ event }) => event === last && ++seen === nth) + 1)
}

describe('fold', () => {
  test('a whole run ends finished with every number of its events', () => {
    const run = foldAll()
    expect(run.phase).toBe('finished')
    const finished = events[events.length - 1]
    if (finished.event !== 'finished') throw new Error('the made-up run does not end with finished')
    expect(run.perplexity).toEqual(finished.perplexity)
    expect(run.order.flatMap((layer) => Object.values(run.layers[layer].results))).toEqual(finished.layers)
    expect(run.spent.calibrating + run.spent.solving + run.spent.evaluating).toBeCloseTo(run.at, 6)
  })

  test('changes nothing that it was given', () => {
    const frozen = until('layer', 3)
    const copy = structuredClone(frozen)
    events.slice(100).reduce(fold, frozen)
    expect(frozen).toEqual(copy)
  })

  test('layers without news keep their identity, and their table rows too', () => {
    const before = until('solved', 2)
    const from = events.findIndex((event) => event.event === 'solved' && event.layer === before.order[1]) + 1
    const to = events.findIndex((event) => event.event === 'solved' && event.layer === before.order[2]) + 1
    const after = events.slice(from, to).reduce(fold, before)
    expect(after.layers[after.order[0]]).toBe(before.layers[before.order[0]])
    expect(tableRows(after)[0]).toBe(tableRows(before)[0])
    expect(tableRows(after)[2]).not.toBe(tableRows(before)[2])
  })

  test('a second run keeps the perplexities of the first as its earlier run', () => {
    const again = madeUpRun({ plan: { bits: 4 }, cached: true })
      .slice(0, 1)
      .reduce(fold, foldAll())
    expect(again.earlier?.plan.bits).toBe(3)
    expect(perplexityEntries(again)[1]).toMatchObject({ name: 'rtn', earlier: 1.54 })
    expect(again.at).toBe(0)
  })

  test('an event for an unknown layer is refused by name', () => {
    expect(() => fold(foldAll(1), { event: 'solved', layer: 'lm_head', at: 1 })).toThrow(
      "'lm_head', which is not among the 28",
    )
  })

  test('curves are thinned, first and last point kept', () => {
    const points = Array.from({ length: 1000 }, (_, i) => ({ moves: i, objective: 1000 - i }))
    let curve: readonly { moves: number; objective: number }[] = []
    for (const point of points) curve = appendPoints(curve, [point])
    expect(curve.length).toBeLessThanOrEqual(CURVE_POINTS)
    expect(curve[0].moves).toBe(0)
    expect(curve.at(-1)?.moves).toBe(999)
    expect(curve.every((point, i) => i === 0 || point.moves > curve[i - 1].moves)).toBe(true)
  })
})

describe('selectors', () => {
  test('the page shows the newest layer whose descent has begun', () => {
    const run = until('solved', 5)
    expect(focusLayer(run)).toBe(run.order[4])
    const next = foldAll(events.findIndex((event) => event.event === 'solving' && event.layer === run.order[5]) + 1)
    expect(focusLayer(next)).toBe(run.order[4])
  })

  test('the descent is in units of the loss of GPTQ, moves per row', () => {
    const run = foldAll()
    const layer = run.order[4]
    const { results, facts } = run.layers[layer]
    const data = descentData(run, layer)
    expect(data?.gap).toBeCloseTo(results.cdquant.objective / results.gptq.objective, 12)
    expect(data?.curves[1].x).toBeCloseTo(results.cdquant.moves / facts.rows, 12)
    expect(data?.curves[1].points).toBe(descentData(run, layer)?.curves[1].points)
    expect(data?.start).toMatchObject({ recipe: 'rtn', ratio: results.rtn.objective / results.gptq.objective })
    expect(data?.curves.map(({ recipe, live }) => [recipe, live])).toEqual([
      ['cyclic', false],
      ['cdquant', false],
      ['gptq+cdquant', false],
    ])
    expect(descentData(run, undefined)).toBeUndefined()
  })

  test('a polyline has values inside its span, on the straight between its points', () => {
    const points = [{ x: 1, y: 4 }, { x: 3, y: 2 }, { x: 3, y: 1.5 }, { x: 4, y: 1 }] // prettier-ignore
    expect([0.9, 1, 2, 3, 3.5, 4, 4.1].map((x) => valueAt(points, x))).toEqual([undefined, 4, 3, 2, 1.25, 1, undefined])
    expect(valueAt([], 1)).toBeUndefined()
  })

  test('rows of the depth chart and its marks', () => {
    const run = foldAll()
    const rows = depthRows(run)
    expect(rows).toHaveLength(28)
    expect(rows[3].ratio.gptq).toBeUndefined()
    expect(rows[3].ratio.cdquant).toBeCloseTo(rows[3].loss.cdquant / rows[3].loss.gptq, 12)
    const text = expect.stringContaining('0.01 to 0.03 for gptq') as string
    expect(depthMarks(run)).toEqual([{ index: 13, to: 13, kind: 'damping', label: 'λ 0.03', text }])
    const few = [3, 4, 5, 9].map((index) => run.order[index])
    const layers = Object.fromEntries(few.map((layer) => [layer, { ...run.layers[layer], few: true }]))
    const marked = depthMarks({ ...run, layers: { ...run.layers, ...layers } })
    expect(marked.map(({ index, to, kind }) => [index, to, kind])).toEqual([
      [3, 5, 'few'],
      [9, 9, 'few'],
      [13, 13, 'damping'],
    ])
  })

  test('progress counts layers and estimates what is left', () => {
    expect(progress(emptyRun)).toEqual({ layers: 0, done: 0, position: 0 })
    const half = until('solved', 14)
    const { done, layers, remainingMs } = progress(half)
    expect([done, layers]).toEqual([14, 28])
    const total = events[events.length - 1].at
    expect(remainingMs).toBeGreaterThan(0)
    expect(half.at + (remainingMs ?? 0)).toBeGreaterThan(0.5 * total)
    expect(half.at + (remainingMs ?? 0)).toBeLessThan(2 * total)
    expect(progress(foldAll()).remainingMs).toBeUndefined()
  })

  test('the status ends with finished when a run is done, and only then', () => {
    expect(statusText(foldAll(), 'finished')).toMatch(/^28 of 28 layers, .* s, finished$/)
    expect(statusText(until('solved', 14), 'running')).toBe('14 of 28 layers')
    expect(statusText(until('solved', 14), 'stopped')).toBe('14 of 28 layers, stopped')
    expect(statusText(emptyRun, 'opening')).toBe('Opening the model')
    expect(statusText(foldAll(), 'finished', true)).toMatch(/^Recording: .* finished$/)
  })

  test('perplexity bars: pending, under way, done; a bar far off is cut', () => {
    const run = until('evaluating', 6)
    expect(
      perplexityEntries(run).map(({ name, progress: under, perplexity }) => [name, under?.done, perplexity?.value]),
    ).toEqual([
      ['unquantized', undefined, 1.506],
      ['rtn', 8, undefined],
      ['gptq', undefined, undefined],
      ['cyclic', undefined, undefined],
      ['cdquant', undefined, undefined],
      ['gptq+cdquant', undefined, undefined],
    ])
    expect(protocol(run)).toBe('evaluation.txt · 16 windows of 256 · no overlap · 4,080 targets · ± 1 s.e.')
    const entry = (value: number) => ({ name: 'x', title: 'x', earlier: value })
    expect(perplexityScale([entry(1.5), entry(1.6)])).toEqual({ max: 1.6 * 1.02, cut: false })
    expect(perplexityScale([entry(1.5), entry(600)])).toEqual({ max: 6, cut: true })
  })

  test('notes: few tokens, damping', () => {
    const short = madeUpRun({ plan: { samples: 4 } }).reduce(fold, emptyRun)
    const [few, damping] = runNotes(short)
    expect(few.title).toBe('Few calibration tokens for down.')
    expect(few.text).toContain('1,024 tokens for 384 columns is 2.7 per column; 4 are advised, which takes 6 windows.')
    expect(damping.text).toContain('failed with 0.01 and 0.02 and worked with 0.03')
  })

  test('the export note names layers and formats', () => {
    const layers = madeUpLayers(1)
    expect(exportNote({ group: 64 }, layers)).toBeUndefined()
    expect(exportNote({ group: 0 }, layers)).toBeUndefined()
    expect(exportNote({ group: 48 }, layers)).toBe(
      'q, k, v, o, gate and up: the last group of a row has 32 columns instead of 48; GPTQ, compressed-tensors, MLX, GGUF and ONNX files will refuse these layers.',
    )
    expect(exportNote({ group: 0 }, [{ ...layers[0], rows: 172, columns: 64 }])).toContain(
      'q: rows or columns are not a multiple of 32',
    )
  })

  test('downloads carry every number', () => {
    const run = foldAll()
    const json = JSON.parse(runJson(run)) as Record<string, unknown>
    expect(json.event).toBe('finished')
    expect(json.plan).toEqual(run.plan)
    expect(json.perplexity).toEqual(run.perplexity)
    expect(json.layers).toHaveLength(140)
    expect((JSON.parse(runJson(until('solved', 2))) as Record<string, unknown>).event).toBe('partial')
    const lines = layersCsv(run).trim().split('\r\n')
    expect(lines).toHaveLength(29)
    expect(lines[0]).toBe('layer,rtn,gptq,cyclic,cdquant,gptq+cdquant,rows,columns,cdquant / gptq,cdquant moves')
    expect(Number(lines[1].split(',')[2])).toBe(run.layers[run.order[0]].results.gptq.relative)
  })
})

describe('player', () => {
  test('seeking back and forth shows what a run to that time shows', () => {
    const player = new Player(events)
    const at = events[200].at
    const straight = new Player(events).seek(at)
    player.seek(player.length)
    expect(player.ended).toBe(true)
    expect(player.run).toEqual(foldAll())
    expect(player.seek(at)).toEqual(straight)
  })

  test('a step goes to the end of the next layer', () => {
    const player = new Player(events)
    player.step()
    expect(progress(player.run).done).toBe(1)
    player.step()
    expect(progress(player.run).done).toBe(2)
  })

  test('the plan and the layers are there from the start, also when the first event came later', () => {
    const late = new Player(events.map((event) => ({ ...event, at: event.at + 1.5 })))
    expect(late.run.plan).toEqual(events[0].event === 'started' && events[0].plan)
    expect(late.seek(0).order).toHaveLength(28)
  })

  test('what does not begin with started is no recording', () => {
    expect(() => new Player([])).toThrow("begins with 'nothing'")
  })
})
