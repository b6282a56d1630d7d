// A recorded run, played through the same fold as a live one. It owns no clock: whoever shows it says how much time
// went by.
import type { TimedEvent } from '../pipeline/events.ts'
import { emptyRun, fold, type Run } from './run.ts'

export const SPEEDS = [1, 2, 4, 8] as const

export class Player {
  private position = 0
  private next = 0
  private current: Run = emptyRun

  /** @throws Error when the recording is empty or does not begin with `started`. */
  constructor(private readonly events: readonly TimedEvent[]) {
    if (events[0]?.event !== 'started')
      throw new Error(`the recording begins with '${events[0]?.event ?? 'nothing'}', not with 'started'`)
    this.forward(0)
  }

  /** Milliseconds of work of the whole recording. */
  get length(): number {
    return this.events[this.events.length - 1].at
  }

  get at(): number {
    return this.position
  }

  get run(): Run {
    return this.current
  }

  get ended(): boolean {
    return this.next >= this.events.length
  }

  /** Plays on to `at`; earlier times play from the beginning. */
  seek(at: number): Run {
    if (at < this.position) {
      this.current = emptyRun
      this.next = 0
    }
    return this.forward(at)
  }

  /** Plays on to the end of the next layer, as Step does in a live run. */
  step(): Run {
    const index = this.events.findIndex(
      (event, i) => i >= this.next && (event.event === 'solved' || event.event === 'finished'),
    )
    return index < 0 ? this.seek(this.length) : this.forward(this.events[index].at, index + 1)
  }

  private forward(at: number, upTo = this.events.length): Run {
    // What the run is made of is known from the start, whenever its first event came.
    const until = Math.max(at, this.events[0].at)
    while (this.next < upTo && this.events[this.next].at <= until)
      this.current = fold(this.current, this.events[this.next++])
    this.position = Math.min(Math.max(at, 0), this.length)
    return this.current
  }
}
