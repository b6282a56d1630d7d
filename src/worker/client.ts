// The page's end of the wire.
import type { FromWorker, ToWorker } from './protocol.ts'

export interface RunClient {
  send(message: ToWorker): void
  /** Returns the function that stops listening. */
  listen(listener: (message: FromWorker) => void): () => void
  close(): void
}

/** Starts the worker. A worker that dies reports itself as an internal failure. */
export function createClient(): RunClient {
  const worker = new Worker(new URL('./compute.worker.ts', import.meta.url), { type: 'module', name: 'compute' })
  const send = (message: ToWorker) => worker.postMessage(message)
  send({ type: 'base', url: new URL(import.meta.env.BASE_URL, location.href).href })
  const listeners = new Set<(message: FromWorker) => void>()
  const tell = (message: FromWorker) => listeners.forEach((listener) => listener(message))
  worker.addEventListener('message', (event: MessageEvent<FromWorker>) => tell(event.data))
  worker.addEventListener('error', (event) =>
    tell({ type: 'failed', kind: 'internal', message: `the worker stopped: ${event.message || 'unknown reason'}` }),
  )
  // A page that may come back as it was keeps what it has.
  addEventListener('pagehide', ({ persisted }) => {
    if (!persisted) send({ type: 'leave' })
  })
  return {
    send,
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => worker.terminate(),
  }
}
