// A layer whose rows come in several parts, each with a solver of its own: where the parts meet that need one number of
// all rows, as one scale for the layer does. Their values are put one below the other and pooled as those of a whole
// layer are, so that it makes no difference to the bit.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { pool, type Pooling } from '../kernels/pool.ts'
import type { Problem, RowsTogether } from './problem.ts'

interface Waiting {
  values: GpuBuffer
  done(): void
  fail(reason: unknown): void
}

export class Meeting {
  private waiting = new Map<number, Waiting>()
  /** What parts have brought to the sum that is being made. */
  private brought = new Map<number, readonly number[]>()
  private readonly idle = new Set<number>()
  private failure: { reason: unknown } | undefined
  /** What each part holds of it. */
  readonly parts: readonly RowsTogether[]

  constructor(
    private readonly gpu: Gpu,
    private readonly counts: readonly number[],
  ) {
    const rows = counts.reduce((sum, count) => sum + count, 0)
    this.parts = counts.map((_, part) => ({
      rows,
      pool: (values, width, pooling) => this.pool(part, values, width, pooling),
      sum: (values) => this.sum(part, values),
      leave: (reason) => this.leave(reason),
    }))
  }

  private pool(part: number, values: GpuBuffer, width: number, pooling: Pooling): Promise<void> {
    const { failure, waiting } = this
    if (failure) return Promise.reject(failure.reason as Error)
    return new Promise((done, fail) => {
      waiting.set(part, { values, done, fail })
      if (waiting.size < this.counts.length) return
      this.waiting = new Map()
      try {
        this.poolAll(waiting, width, pooling)
        for (const one of waiting.values()) one.done()
      } catch (error) {
        for (const one of waiting.values()) one.fail(error)
      }
    })
  }

  /** True while a part has nothing to do before the others have brought theirs. */
  waits(part: number): boolean {
    return this.idle.has(part)
  }

  private *sum(part: number, values: readonly number[]): Generator<never[], number[]> {
    const { brought, idle, counts } = this
    brought.set(part, values)
    // The next sum is another one, whoever comes to it first.
    if (brought.size === counts.length) this.brought = new Map()
    idle.add(part)
    try {
      while (brought.size < counts.length) yield []
    } finally {
      idle.delete(part)
      // Stopped half-way, or the last of them to go on.
      if (brought.size < counts.length) brought.delete(part)
    }
    return values.map((_, place) => counts.reduce((sum, _count, other) => sum + brought.get(other)![place], 0))
  }

  private poolAll(all: ReadonlyMap<number, Waiting>, width: number, pooling: Pooling): void {
    const { gpu, counts, parts } = this
    const [{ rows }] = parts
    using values = gpu.buffer('values of all rows', 4 * rows * width)
    const batch = gpu.batch('pool')
    const each = (copy: (own: GpuBuffer, offset: number, bytes: number) => void) => {
      let first = 0
      for (const [part, count] of counts.entries()) {
        copy(all.get(part)!.values, 4 * first * width, 4 * count * width)
        first += count
      }
    }
    each((own, offset, bytes) => batch.copy(own, 0, values, offset, bytes))
    pool(batch, { values }, { rows, width, pooling })
    each((own, offset, bytes) => batch.copy(values, offset, own, 0, bytes))
    batch.flush()
  }

  /** A part will not come any more, and neither shall the others wait. */
  private leave(reason: unknown): void {
    this.failure ??= { reason }
    for (const one of this.waiting.values()) one.fail(reason)
    this.waiting.clear()
  }
}

/**
 * What `run` gives for every part: of all at the same time where they `meet`, else of one after another, which holds
 * less.
 */
export async function ofParts<T>(
  parts: readonly Pick<Problem, 'together'>[],
  meet: boolean,
  run: (part: number) => Promise<T>,
): Promise<T[]> {
  if (!meet) {
    const all: T[] = []
    for (const part of parts.keys()) all.push(await run(part))
    return all
  }
  const runs = parts.map(async ({ together }, part) => {
    try {
      return await run(part)
    } catch (error) {
      together?.leave(error)
      throw error
    }
  })
  await Promise.allSettled(runs)
  return Promise.all(runs)
}
