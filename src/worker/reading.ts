// Checkpoints are read one after another, beside a run. One that a newer request has overtaken, or that is not wanted
// any more, ends its requests and is let go; only the first is opened whatever else is asked for, as nothing runs
// without it.
import { InputError } from '../formats/errors.ts'
import { Arrived } from './arrived.ts'
import type { Opened, Opening, openSource } from './open.ts'
import type { FromWorker, OpenReport, Source } from './protocol.ts'

/** What reading needs of the session. */
interface Desk {
  open(source: Source, given: Pick<Opening, 'report' | 'signal' | 'arrived'>): ReturnType<typeof openSource>
  /** Reading has begun, or is over without a model. */
  state(going: boolean): void
  /** A good one is to take the place of the open one. `end` is then the model's. */
  take(report: OpenReport, opened: Opened, end: AbortController): Promise<void>
  fail(error: unknown): void
}

export class Reading {
  private turn: Promise<void> = Promise.resolve()
  /** What was asked for last, until it is open or refused. */
  private newest: { first: boolean; end: AbortController } | undefined

  constructor(
    private readonly post: (message: FromWorker) => void,
    private readonly now: () => number,
    private readonly desk: Desk,
  ) {}

  /** Never rejects. `needed`: there is no model yet. */
  ask(source: Source, needed: boolean): Promise<void> {
    const first = needed && !this.newest
    this.end('another checkpoint was asked for')
    const end = new AbortController()
    this.newest = { first, end }
    this.turn = this.turn.then(() => (end.signal.aborted ? undefined : this.read(source, end)))
    return this.turn
  }

  cancel(): void {
    this.end('nobody waits for it any more')
  }

  /** From now on no request ends it; false when one has. */
  keep(end: AbortController): boolean {
    if (this.newest?.end === end) this.newest = undefined
    return !end.signal.aborted
  }

  private end(reason: string) {
    if (this.newest && !this.newest.first) this.newest.end.abort(new InputError(reason))
  }

  private async read(source: Source, end: AbortController): Promise<void> {
    const { signal } = end
    const { desk, post } = this
    desk.state(true)
    const arrived = new Arrived(post, this.now)
    try {
      const result = await desk.open(source, {
        report: (report) => !signal.aborted && post({ type: 'opening', report }),
        signal,
        arrived: (bytes) => arrived.add(bytes),
      })
      arrived.tell()
      if (!result || signal.aborted) return desk.state(false)
      const { report, opened } = result
      if (opened) return await desk.take(report, opened, end)
      end.abort(new InputError('it could not be opened'))
      post({ type: 'opened', report })
      desk.state(false)
    } catch (error) {
      if (signal.aborted) return desk.state(false)
      end.abort(error)
      desk.fail(error)
    } finally {
      this.keep(end)
    }
  }
}
