// Looking at a saved run: it takes the place of the live one on the screen, as a recording at its end, while the live
// one goes on behind it. The way back leads to where the page was.
import type { StoreApi } from 'zustand/vanilla'
import { InputError } from '../formats/errors.ts'
import type { FromWorker } from '../worker/protocol.ts'
import { Playback } from './playback.ts'
import type { RecordBook } from './records-book.ts'
import { receive, type Session } from './session.ts'
import { bytes } from './wording.ts'
import { without } from './without.ts'

/** What viewing needs of the playground. */
export interface Viewed {
  readonly store: StoreApi<Session>
  readonly records: RecordBook
  playback: Playback | undefined
}

export class Viewing {
  /** What is on the screen when nothing is viewed. */
  private behind: { session: Session; playback: Playback | undefined; later: FromWorker[] } | undefined

  /** `hearAgain`: gets the messages that came in the meantime and ask for more than to be shown. */
  constructor(
    private readonly page: Viewed,
    private readonly hearAgain: (message: FromWorker) => void,
  ) {}

  /** Shows a saved run. What is wrong with the file becomes `session.unread`; the screen then stays as it is. */
  async open(name: string, file: Blob): Promise<void> {
    try {
      const { MOST_BYTES, savedRun } = await import('./saved-run.ts')
      if (file.size > MOST_BYTES)
        throw new InputError(`${name} has ${bytes(file.size)}; a saved run has at most ${bytes(MOST_BYTES)}`)
      const events = savedRun(await file.text(), name)
      this.behind ??= { session: this.page.store.getState(), playback: this.page.playback, later: [] }
      const session = this.page.store.getState()
      const room = session.room === 'open' ? ('play' as const) : session.room
      const bare = without(session, 'failure', 'unread', 'selected', 'opened', 'adapter')
      this.page.store.setState({ ...bare, room, problems: [] }, true)
      this.page.playback = new Playback(this.page.store, events, name)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      this.page.store.setState({ unread: error.message })
    }
  }

  /** Back to the live run, as far as it has come; room, layer and view stay as they are now. */
  leave() {
    const { behind } = this
    if (!behind) return
    this.behind = undefined
    this.page.playback = behind.playback
    const { room, view } = this.page.store.getState()
    this.page.store.setState({ ...behind.session, room, view }, true)
    behind.later.forEach(this.hearAgain)
  }

  /** The reason why a file was refused has been read. */
  dismiss() {
    this.page.store.setState(without(this.page.store.getState(), 'unread'), true)
  }

  /** True when a saved run is on the screen: the message then concerns what is behind it. */
  hear(message: FromWorker): boolean {
    const { behind } = this
    if (!behind) return false
    // A recording behind it hears nothing either.
    if (behind.playback) return true
    behind.session = receive(behind.session, message)
    if (message.type === 'events') this.page.records.hear(behind.session.run, message.events)
    if (message.type === 'opened' || message.type === 'unavailable') behind.later.push(message)
    return true
  }
}
