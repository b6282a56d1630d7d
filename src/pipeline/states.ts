// Hidden states of all windows of a run in one model, on their way through its blocks: of the windows that solvers see,
// and of those held out.
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import type { Forward, Model } from '../model/model.ts'
import { Chunks, type Chunk } from './chunks.ts'

/** Token ids of windows, all of one length. */
export interface SeenAndHeldOut {
  calibration: readonly Uint32Array[]
  /** Windows that no solver sees; may be none. */
  heldOut: readonly Uint32Array[]
}

export class States implements Disposable {
  readonly calibration: Chunks
  /** Absent where no window is held out. */
  readonly heldOut: Chunks | undefined
  /** Windows of both. */
  readonly windows: number
  /** Tokens of a window. */
  readonly window: number
  /** Tokens of the largest chunk. */
  readonly tokens: number
  private readonly scope: Scope

  constructor(gpu: Gpu, model: Model, { calibration, heldOut }: SeenAndHeldOut) {
    this.scope = new Scope(gpu)
    try {
      this.calibration = this.scope.own(new Chunks(gpu, model, calibration))
      this.heldOut = heldOut.length ? this.scope.own(new Chunks(gpu, model, heldOut)) : undefined
    } catch (error) {
      this.scope[Symbol.dispose]()
      throw error
    }
    this.windows = calibration.length + heldOut.length
    this.window = this.calibration.window
    this.tokens = Math.max(this.calibration.tokens, this.heldOut?.tokens ?? 0)
  }

  /** All chunks, those that solvers see first. */
  *all(): Generator<Chunk> {
    yield* this.calibration.all
    if (this.heldOut) yield* this.heldOut.all
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}

/** Gives all states their embeddings. */
export async function embed(gpu: Gpu, forward: Forward, all: readonly States[]): Promise<void> {
  using front = await forward.front()
  const batch = gpu.batch('embed')
  for (const states of all) for (const { ids, hidden } of states.all()) await front.run(batch, ids, hidden)
  await batch.submit()
}
