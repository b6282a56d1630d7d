// The composition root of the page: worker, store, view.
import type { TimedEvent } from './pipeline/events.ts'
import { Playground } from './store/playground.ts'
import { RecordBook } from './store/records-book.ts'
import { browserShelf } from './store/records-shelf.ts'
import { readPlan } from './store/url.ts'
import { readView } from './store/view.ts'
import { mount } from './ui/mount.tsx'
import { paced } from './ui/pace.ts'
import { createClient } from './worker/client.ts'
import { keepOffline } from './worker/offline.ts'

const BUNDLED = 'tiny-tales-1m'

async function recording(): Promise<TimedEvent[]> {
  const url = new URL(`${import.meta.env.BASE_URL}runs/${BUNDLED}.json`, location.href)
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}`)
  const type = response.headers.get('content-type') ?? 'nothing'
  if (!type.includes('json')) throw new Error(`${url.pathname} is ${type}, not JSON`)
  return (await response.json()) as TimedEvent[]
}

const playground = new Playground({
  client: paced(createClient()),
  link: readPlan(location.search),
  linkedView: readView(location.search),
  bundled: BUNDLED,
  records: new RecordBook(browserShelf(), () => new Date().toISOString()),
  recording,
})
// For the console of the browser, and for tests that take the device away.
Object.assign(globalThis, { playground })
mount(playground)
if (new URLSearchParams(location.search).has('recording')) void playground.playRecording()
else playground.opening.bundled()
// The development server has no service worker. Where one is refused, the page works as before, with a network.
if (import.meta.env.PROD)
  keepOffline(new URL(`${import.meta.env.BASE_URL}sw.js`, location.href)).catch((error: unknown) => console.warn(error))
