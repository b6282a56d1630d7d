// The worker: one device, one opened model, one run at a time. Pulls the run's generator and posts what it yields.
import { browserStore, deleteLeftovers, type Disk } from './browser-store.ts'
import { Session } from './session.ts'
import { shapeStore } from './shape-store.ts'
import type { FromWorker, ToWorker } from './protocol.ts'

const post = (message: FromWorker, transfer: Transferable[] = []) => postMessage(message, { transfer })
// Both are missing in insecure contexts.
const { storage, locks } = navigator as Partial<Navigator>
const disk: Disk = { storage, locks }
const session = new Session(
  navigator.gpu,
  post,
  () => performance.now(),
  shapeStore(globalThis.caches, location.href),
  (signal) => browserStore(disk, signal),
)

// Where there is no disk nothing was left on it.
deleteLeftovers(disk).catch(() => {})

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  void session.receive(data)
})
