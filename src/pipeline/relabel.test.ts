import { expect, test } from 'vitest'
import { relabel } from './relabel.ts'

async function* count(cleanUp: () => void): AsyncGenerator<number, string> {
  try {
    yield 1
    yield 2
    return 'end'
  } finally {
    cleanUp()
  }
}

test('values are mapped and the result is passed on', async () => {
  const labelled = relabel(
    count(() => {}),
    (n) => `#${n}`,
  )
  expect(await labelled.next()).toEqual({ done: false, value: '#1' })
  expect(await labelled.next()).toEqual({ done: false, value: '#2' })
  expect(await labelled.next()).toEqual({ done: true, value: 'end' })
})

test('cancelling half-way cleans up the source once', async () => {
  let cleaned = 0
  const labelled = relabel(
    count(() => cleaned++),
    String,
  )
  await labelled.next()
  await labelled.return('')
  expect(cleaned).toBe(1)
})
