// A bar with the time left, on a terminal only; warnings as lines always. The same fold and the same words as on the page.
import type { WriteStream } from 'node:tty'
import type { TimedEvent } from '../pipeline/events.ts'
import { activity, progress } from '../store/progress.ts'
import { emptyRun, fold } from '../store/run.ts'
import { duration } from '../store/wording.ts'

const WIDTH = 28

export class Progress {
  private run = emptyRun
  private shown = -Infinity

  constructor(
    private readonly stream: WriteStream,
    private readonly now: () => number,
  ) {}

  show(event: TimedEvent): void {
    this.run = fold(this.run, event)
    if (event.event === 'warning') this.line(event.text)
    // Every recipe of a faithful run has as many tokens.
    const first = this.run.plan?.recipes[0]
    if (event.event === 'hessian' && event.few && (event.recipe ?? first) === first)
      this.line(`${event.layers[0]}: ${event.tokens} tokens for ${event.columns} columns, fewer than 4 per column`)
    if (event.event === 'damping')
      this.line(`${event.layer}, ${event.recipe}: damping raised, ${event.tried.join(', ')}`)
    if (!this.stream.isTTY || this.now() - this.shown < 100) return
    this.shown = this.now()
    const { layers, position, remainingMs } = progress(this.run)
    const filled = layers ? Math.round((position / layers) * WIDTH) : 0
    const left = remainingMs === undefined ? '' : `, about ${duration(remainingMs)} left`
    this.stream.write(`\r\x1b[K${'━'.repeat(filled)}${'─'.repeat(WIDTH - filled)} ${activity(this.run)}${left}`)
  }

  end(): void {
    if (this.stream.isTTY) this.stream.write('\r\x1b[K')
  }

  private line(text: string): void {
    this.end()
    this.stream.write(`${text}\n`)
  }
}
