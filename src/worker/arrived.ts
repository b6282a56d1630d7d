// Counts what comes from a server, and tells it so often that a bar can move and no more.
import type { FromWorker } from './protocol.ts'

const TELL_EVERY_MS = 100

export class Arrived {
  private bytes = 0
  private told = 0
  private last = -Infinity

  constructor(
    private readonly post: (message: FromWorker) => void,
    private readonly now: () => number,
  ) {}

  add(bytes: number): void {
    this.bytes += bytes
    if (this.now() - this.last >= TELL_EVERY_MS) this.tell()
  }

  tell(): void {
    if (this.bytes === this.told) return
    this.told = this.bytes
    this.last = this.now()
    this.post({ type: 'read', bytes: this.bytes })
  }
}
