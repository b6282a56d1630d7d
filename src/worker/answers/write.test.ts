// What the page's models write, from a real session.
import { expect, test } from 'vitest'
import type { WriteEvent, WritePlan } from '../../pipeline/generate-compare.ts'
import { isState, smallPlan, texts, withModel } from '../../test/session.ts'

const asked: WritePlan = { prompt: 'Once upon a time, a', recipes: ['rtn'], tokens: 5, temperature: 0, seed: 1 }

test('recipes write once a run has solved all layers, and stop when nobody waits', async () => {
  const bench = await withModel()
  const ask = (id: number, plan: WritePlan) =>
    bench.send({ type: 'ask', id, question: { kind: 'write', ask: plan } as never })
  await ask(1, asked)
  expect(bench.messages.find((message) => message.type === 'refused')).toMatchObject({
    id: 1,
    kind: 'input',
    message: 'rtn has solved 0 of 28 layers; it can write when all are',
  })
  await ask(2, { ...asked, recipes: [] })
  const partsOf = (id: number) =>
    bench.messages.flatMap((message) =>
      message.type === 'part' && message.id === id ? (message.part as WriteEvent[]) : [],
    )
  expect(partsOf(2).at(-1)).toMatchObject({ event: 'written', model: 'unquantized', ids: [547, 573, 709, 413, 700] })

  const finished = bench.until(isState('finished'))
  await bench.send({ type: 'run', plan: { ...smallPlan, recipes: ['rtn'], windows: 0 }, ...texts, stepping: false })
  await finished
  await ask(3, asked)
  const written = partsOf(3).flatMap((event) => (event.event === 'written' ? [event] : []))
  expect(written.map(({ model, ids }) => [model, ids.length])).toEqual([
    ['unquantized', 5],
    ['rtn', 5],
  ])
  const answer = bench.messages.find((message) => message.type === 'answer' && message.id === 3)
  expect(answer).toMatchObject({ answer: { plan: { recipes: ['rtn'] } } })

  const started = bench.until((message) => message.type === 'part' && message.id === 4)
  const done = ask(4, { ...asked, tokens: 200 })
  await started
  await bench.send({ type: 'forget', id: 4 })
  await done
  expect(bench.messages.some((message) => message.type === 'answer' && message.id === 4)).toBe(false)
})
