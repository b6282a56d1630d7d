// The room Layer's answers, from a real session: they must be those of the run.
import { expect, test } from 'vitest'
import { smallPlan, texts, isState, withModel, type SessionBench } from '../../test/session.ts'
import type { Answer, Asked, Kind } from '../questions.ts'
import { rangeOf } from './layer.ts'

const path = 'model.layers.0.mlp.up_proj'
const plan = { ...smallPlan, recipes: ['rtn', 'gptq', 'cdquant', 'quip'], group: 48, windows: 0 }

let id = 0
async function ask<K extends Kind>(bench: SessionBench, kind: K, asked: Asked<K>): Promise<Answer<K>> {
  const own = ++id
  await bench.send({ type: 'ask', id: own, question: { kind, ask: asked } as never })
  const found = bench.messages.find(
    (message) => (message.type === 'answer' || message.type === 'refused') && message.id === own,
  )
  if (found?.type === 'answer') return found.answer as Answer<K>
  throw new Error(found?.type === 'refused' ? found.message : 'no answer')
}

const whole = (count: number) => ({ from: 0, count, step: 1 })

test('windows, groups, shares of columns and replays agree with the run and with each other', async () => {
  const bench = await withModel()
  const plain = await ask(bench, 'layer', { layer: path })
  expect(plain).toMatchObject({ rows: 384, columns: 128, without: expect.stringContaining('No run') })
  // What the room asks of a run that was stopped is answered like that of one that has ended.
  const solved = bench.until(
    (message) =>
      message.type === 'events' && message.events.some((event) => event.event === 'solved' && event.layer === path),
  )
  await bench.send({ type: 'run', plan, ...texts, stepping: false })
  await solved
  const stopped = bench.until(isState('stopped'))
  await bench.send({ type: 'stop' })
  await stopped
  const results = bench.events().flatMap((event) => (event.event === 'layer' && event.layer === path ? [event] : []))
  const result = (recipe: string) => results.find((one) => one.recipe === recipe)!
  const { diagonal, rows, columns } = await ask(bench, 'layer', { layer: path })
  expect(diagonal).toHaveLength(128)

  for (const recipe of plan.recipes) {
    const all = await ask(bench, 'layer-pixels', { layer: path, recipe, rows: whole(rows), columns: whole(columns) })
    // Every second row and third column is what the whole says.
    const some = await ask(bench, 'layer-pixels', {
      layer: path,
      recipe,
      rows: { from: 5, count: 20, step: 2 },
      columns: { from: 1, count: 42, step: 3 },
    })
    expect(some.quantized).toEqual(
      Float32Array.from(
        { length: 20 * 42 },
        (_, at) => all.quantized![(5 + 2 * Math.floor(at / 42)) * columns + 1 + 3 * (at % 42)],
      ),
    )
    // The shares of the columns sum up to the run's loss, whose E·H is a float32 product.
    const { shares, objective } = await ask(bench, 'layer-columns', { layer: path, recipe })
    expect(Math.abs(objective / result(recipe).objective - 1)).toBeLessThan(1e-5)
    const device = await ask(bench, 'layer-columns-on-device', { layer: path, recipe })
    const largest = Math.max(...shares)
    expect(Math.max(...shares.map((share, j) => Math.abs(share - device.shares[j])))).toBeLessThan(1e-5 * largest)

    const group = await ask(bench, 'layer-group', { layer: path, recipe, row: 18, column: 100 })
    const { grid, values } = group.solved!
    expect(values).toEqual(
      all.quantized!.subarray(18 * columns + group.from, 18 * columns + group.from + values.length),
    )
    if (recipe === 'quip') {
      expect(grid).toBeUndefined()
      expect(all.codes).toBeUndefined()
      continue
    }
    expect([group.from, values.length]).toEqual([96, 32])
    expect(Float32Array.from(grid!.codes, (code) => grid!.levels[code])).toEqual(values)
    expect(Array.from(group.diagonal!)).toEqual(Array.from(diagonal!.subarray(96, 128)))

    const { moments, differing } = await ask(bench, 'layer-replay', { layer: path, recipe })
    expect(differing).toBe(0)
    expect(moments.at(-1)).toMatchObject({ moves: result(recipe).moves })
    expect(Math.abs(moments.at(-1)!.objective / result(recipe).objective - 1)).toBeLessThan(1e-5)
    const window = { layer: path, recipe, rows: whole(rows), columns: whole(columns) }
    const end = await ask(bench, 'layer-pixels', { ...window, moment: moments.length - 1 })
    expect(end.codes).toEqual(all.codes)
    expect(end.quantized).toEqual(all.quantized)
    const start = await ask(bench, 'layer-pixels', { ...window, moment: 0 })
    const rtn = await ask(bench, 'layer-pixels', { ...window, recipe: 'rtn' })
    if (recipe === 'cdquant') expect(start.quantized).toEqual(rtn.quantized)
    for (const moment of [0, moments.length >> 1]) {
      const then = await ask(bench, 'layer-columns', { layer: path, recipe, moment })
      expect(Math.abs(then.objective / moments[moment].objective - 1)).toBeLessThan(1e-4)
    }
  }
  await expect(ask(bench, 'layer-replay', { layer: path, recipe: 'quip' })).rejects.toThrow(/another basis/)
  await expect(ask(bench, 'layer', { layer: 'model.layers.9' })).rejects.toThrow(/has no layer/)
  const beyond = { layer: path, rows: { from: 380, count: 9, step: 1 }, columns: whole(4) }
  await expect(ask(bench, 'layer-pixels', beyond)).rejects.toThrow('9 × 4 does not lie in 384 × 128')
})

test('colours leave out what is rare', () => {
  const weights = Float32Array.from({ length: 10_000 }, (_, i) => ((i % 100) - 50) / 50)
  weights[7] = -9
  const { range, largest, outside } = rangeOf(weights)
  expect(range).toBe(1)
  expect(largest).toBe(9)
  expect(outside).toBe(1)
})
