// Questions of the rooms: those that need the device take their turn when no run is using it, all others are answered
// at once. A question ends when it is forgotten, and one on the device also when a run is asked for.
import { InputError } from '../formats/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { HessianCache } from '../pipeline/hessian-cache.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { Solutions } from '../pipeline/solutions.ts'
import { answerers } from './answers/index.ts'
import { errorKind } from './failure.ts'
import type { Opened } from './open.ts'
import type { FromWorker } from './protocol.ts'
import type { Answer, Asked, Kind, Part, Question } from './questions.ts'

/** What an answer can be made from. */
export interface Desk {
  gpu: Gpu
  opened: Opened
  /** Hessians of the opened model, as far as a run has kept them. */
  cache: HessianCache
  /** The newest run of this model, finished or not. */
  run?: { plan: Plan; solutions: Solutions }
}

export interface Answerer<K extends Kind> {
  /** True when it works on the device and must not do so beside a run. */
  device: boolean
  /** `wanted` turns false when nobody waits any more: return then, whatever. @throws InputError when there is no answer. */
  answer(desk: Desk, asked: Asked<K>, tell: (part: Part<K>) => void, wanted: () => boolean): Promise<Answer<K>>
  /** Buffers of an answer that are handed over instead of copied. */
  transfer?(answer: Answer<K>): Transferable[]
}

/** What a question is told that a run, or the end of one, has ended; it can be asked again. */
export const INTERRUPTED = 'a run began or ended before this was answered'

export type Answerers = { readonly [K in Kind]: Answerer<K> }

export class Asking {
  private readonly open = new Set<number>()
  /** Those that are, or will be, on the device. */
  private readonly onDevice = new Set<number>()
  private turn: Promise<void> = Promise.resolve()
  /** Closed while a run is about to use the device. */
  private gate: Promise<void> = Promise.resolve()

  constructor(
    private readonly desk: () => Promise<Desk>,
    /** Resolves when no run is using the device. */
    private readonly free: () => Promise<void>,
    private readonly post: (message: FromWorker, transfer?: Transferable[]) => void,
  ) {}

  /** Never rejects. */
  ask(id: number, question: Question): Promise<void> {
    this.open.add(id)
    const { kind, ask } = question as { kind: Kind; ask: Asked<Kind> }
    const answerer = answerers[kind] as Answerer<Kind> | undefined
    if (!answerer) return Promise.resolve(this.refuse(id, new Error(`no question is called '${String(kind)}'`)))
    if (!answerer.device) return this.answer(id, answerer, ask)
    this.onDevice.add(id)
    return (this.turn = this.turn
      .then(() => (this.open.has(id) ? this.gate.then(this.free) : undefined))
      .then(() => this.answer(id, answerer, ask)))
  }

  forget(id: number): void {
    this.open.delete(id)
  }

  /**
   * Ends what is on the device, or waits for it, because a run wants it. Nothing begins there until the function that
   * is returned is called.
   */
  async interrupt(): Promise<() => void> {
    let letOthers = () => {}
    this.gate = new Promise((resolve) => (letOthers = resolve))
    for (const id of this.onDevice) if (this.open.has(id)) this.refuse(id, new InputError(INTERRUPTED))
    await this.turn
    return letOthers
  }

  private async answer(id: number, answerer: Answerer<Kind>, ask: Asked<Kind>): Promise<void> {
    const wanted = () => this.open.has(id)
    try {
      if (!wanted()) return
      const tell = (part: Part<Kind>) => void (wanted() && this.post({ type: 'part', id, part }))
      const answer = await answerer.answer(await this.desk(), ask, tell, wanted)
      if (wanted()) this.post({ type: 'answer', id, answer }, answerer.transfer?.(answer))
      this.open.delete(id)
    } catch (error) {
      // Its requests to a server were ended with the run's. It needs no device, so that it can begin again at once.
      const again = error instanceof InputError && error.message === INTERRUPTED && !answerer.device
      if (wanted() && again) return await this.answer(id, answerer, ask)
      if (wanted()) this.refuse(id, error)
    } finally {
      this.onDevice.delete(id)
    }
  }

  private refuse(id: number, error: unknown): void {
    this.open.delete(id)
    this.post({ type: 'refused', id, ...errorKind(error) })
  }
}
