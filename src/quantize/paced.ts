// Long work for the GPU in pieces that can be stopped: a queue of seconds could not be.
import type { Batch } from '../gpu/batch.ts'
import type { Gpu } from '../gpu/gpu.ts'

/** Work that pauses now and then with nothing to show, as points of a curve that has none. */
export type Stoppable<T> = AsyncGenerator<never[], T>

/** Submits' worth of work that may wait in the queue. */
const QUEUED_SUBMITS = 4

/** A batch whose owner pauses now and then. */
export class Paced {
  readonly batch: Batch
  private queued = 0

  constructor(
    private readonly gpu: Gpu,
    label: string,
  ) {
    this.batch = gpu.batch(label)
  }

  /** To be told the multiply-adds just recorded; waits for the GPU and pauses when they have become many. */
  async *after(work: number): Stoppable<void> {
    this.queued += work
    if (this.queued <= QUEUED_SUBMITS * this.gpu.workPerSubmit) return
    await this.batch.submit()
    this.queued = 0
    yield []
  }
}
