// Slows the worker's messages to what eyes and the main thread can take: events at most ten times a second, in one
// piece.
import type { TimedEvent } from '../pipeline/events.ts'
import type { RunClient } from '../worker/client.ts'

const EVERY_MS = 100

/** The same client; consecutive `events` messages arrive together. Every other message arrives at once, in order. */
export function paced(client: RunClient): RunClient {
  return {
    ...client,
    listen(listener) {
      let waiting: TimedEvent[] = []
      let timer: ReturnType<typeof setTimeout> | undefined
      const flush = () => {
        clearTimeout(timer)
        timer = undefined
        const events = waiting
        waiting = []
        if (events.length) listener({ type: 'events', events })
      }
      return client.listen((message) => {
        if (message.type === 'events') {
          waiting.push(...message.events)
          timer ??= setTimeout(flush, EVERY_MS)
        } else {
          flush()
          listener(message)
        }
      })
    },
  }
}
