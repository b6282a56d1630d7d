// Slows the worker's messages to what eyes and the main thread can take: events at most ten times a second, in one
// piece, and less often on a software adapter, where page and run share the processor, and where drawing is slow.
import type { TimedEvent } from '../pipeline/events.ts'
import type { RunClient } from '../worker/client.ts'

const EVERY_MS = 100
/** On a software adapter every drawing takes from the run. */
const SOFTWARE_MS = 300
const SELDOM_MS = 600
/** Share of the time that drawing may take: one part in this many. */
const PARTS = 14

/** The same client; consecutive `events` messages arrive together. Every other message arrives at once, in order. */
export function paced(client: RunClient): RunClient {
  return {
    ...client,
    listen(listener) {
      let waiting: TimedEvent[] = []
      let timer: ReturnType<typeof setTimeout> | undefined
      let drawingMs = 0
      let leastMs = EVERY_MS
      const flush = () => {
        clearTimeout(timer)
        timer = undefined
        const events = waiting
        waiting = []
        if (!events.length) return
        const began = performance.now()
        listener({ type: 'events', events })
        requestAnimationFrame(() => setTimeout(() => (drawingMs = performance.now() - began)))
      }
      return client.listen((message) => {
        if (message.type === 'events') {
          waiting.push(...message.events)
          timer ??= setTimeout(flush, Math.min(SELDOM_MS, Math.max(leastMs, PARTS * drawingMs)))
        } else {
          if (message.type === 'adapter') leastMs = message.adapter.software ? SOFTWARE_MS : EVERY_MS
          flush()
          listener(message)
        }
      })
    },
  }
}
