// What the page's actions are given: the wire, the link, and where things are kept.
import type { TimedEvent } from '../pipeline/events.ts'
import type { RunClient } from '../worker/client.ts'
import type { RecordBook } from './records-book.ts'
import type { LinkedPlan } from './url.ts'
import type { LinkedView } from './view.ts'

export interface PlaygroundOptions {
  client: RunClient
  link: LinkedPlan
  /** What the link says about the page itself. */
  linkedView?: LinkedView
  /** Name of the bundled model. */
  bundled: string
  /** Where results are kept; absent: as long as the page is open. */
  records?: RecordBook
  /** Loads the recorded run that is shown where there is no WebGPU. */
  recording(): Promise<TimedEvent[]>
}
