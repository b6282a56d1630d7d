import { expect, test } from 'vitest'
import type { RunEvent } from './events.ts'
import { timed } from './timed.ts'

const result = {
  layer: 'a',
  recipe: 'gptq',
  bits: 3,
  group: 0,
  grid: 'minmax',
  objective: 1,
  relative: 0.1,
  rows: 2,
  columns: 2,
  moves: 0,
  effectiveBits: 3.25,
}
const layer = { ...result, damping: 0.01, adapter: 'test' }

async function* events(work: (ms: number) => void, cleanUp: () => void): AsyncGenerator<RunEvent> {
  try {
    work(5)
    yield { event: 'solving', layer: 'a', recipe: 'gptq' }
    work(20)
    yield { event: 'layer', ...layer }
    work(1)
    yield { event: 'finished', perplexity: {}, layers: [layer] }
  } finally {
    cleanUp()
  }
}

test('only time spent inside the generator counts', async () => {
  let clock = 1000
  const stamped = timed(
    events(
      (ms) => (clock += ms),
      () => {},
    ),
    () => clock,
  )
  const solving = await stamped.next()
  clock += 5000 // a pause: nobody pulls
  const solved = await stamped.next()
  const finished = await stamped.next()
  expect(solving.value).toMatchObject({ event: 'solving', at: 5 })
  expect(solved.value).toMatchObject({ event: 'layer', at: 25, ms: 20 })
  expect(finished.value).toMatchObject({ event: 'finished', at: 26, layers: [{ ms: 20 }] })
  expect((await stamped.next()).done).toBe(true)
})

test('cancelling reaches the generator', async () => {
  let cleaned = 0
  const stamped = timed(
    events(
      () => {},
      () => cleaned++,
    ),
    () => 0,
  )
  await stamped.next()
  await stamped.return(undefined)
  expect(cleaned).toBe(1)
})
