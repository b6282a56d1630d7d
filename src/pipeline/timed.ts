// Gives events their times. Only work counts: the clock runs while the generator is being pulled, so a pause costs nothing.
import type { RunEvent, TimedEvent } from './events.ts'

/** Adds `at` to every event, and `ms` (since `solving` of the same layer and recipe) to every layer result. `now` in milliseconds. */
export async function* timed(events: AsyncGenerator<RunEvent>, now: () => number): AsyncGenerator<TimedEvent> {
  const took = new Map<string, number>()
  let at = 0
  let began = 0
  try {
    for (;;) {
      const start = now()
      const { value, done } = await events.next()
      at += now() - start
      if (done) return
      if (value.event === 'solving') began = at
      if (value.event === 'layer') {
        const ms = at - began
        took.set(`${value.layer} ${value.recipe}`, ms)
        yield { ...value, ms, at }
      } else if (value.event === 'finished') {
        const layers = value.layers.map((result) => ({
          ...result,
          ms: took.get(`${result.layer} ${result.recipe}`) ?? 0,
        }))
        yield { ...value, layers, at }
      } else yield { ...value, at }
    }
  } finally {
    await events.return(undefined)
  }
}
