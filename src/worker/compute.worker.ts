// The worker: one device, one opened model, one run at a time. Pulls the run's generator and posts what it yields.
import { Session } from './session.ts'
import { shapeStore } from './shape-store.ts'
import type { FromWorker, ToWorker } from './protocol.ts'

const post = (message: FromWorker, transfer: Transferable[] = []) => postMessage(message, { transfer })
const session = new Session(navigator.gpu, post, () => performance.now(), shapeStore(globalThis.caches, location.href))

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  void session.receive(data)
})
