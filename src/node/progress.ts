// A bar with the time left, on a terminal only.
import type { WriteStream } from 'node:tty'
import type { TimedEvent } from '../pipeline/events.ts'
import { workDone, type WorkDone } from '../pipeline/work-done.ts'

const WIDTH = 28

export class Progress {
  private done: WorkDone | undefined
  private shown = 0

  constructor(
    private readonly stream: WriteStream,
    private readonly now: () => number,
  ) {}

  show(event: TimedEvent): void {
    if (event.event === 'warning') this.line(event.text)
    if (event.event === 'hessian' && event.few)
      this.line(`${event.layers[0]}: ${event.tokens} tokens for ${event.columns} columns, fewer than 4 per column`)
    if (event.event === 'damping')
      this.line(`${event.layer}, ${event.recipe}: damping raised, ${event.tried.join(', ')}`)
    this.done = workDone(this.done, event)
    if (!this.stream.isTTY || this.now() - this.shown < 100) return
    this.shown = this.now()
    const { done, total, text } = this.done
    const share = Math.min(1, done / total)
    const left = share > 0.02 ? `, ${Math.ceil((event.at * (1 - share)) / share / 1000)} s left` : ''
    const filled = Math.round(share * WIDTH)
    this.stream.write(`\r\x1b[K${'━'.repeat(filled)}${'─'.repeat(WIDTH - filled)} ${text}${left}`)
  }

  end(): void {
    if (this.stream.isTTY) this.stream.write('\r\x1b[K')
  }

  private line(text: string): void {
    this.end()
    this.stream.write(`${text}\n`)
  }
}
