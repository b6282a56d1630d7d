// The page's end of a question to the worker: a promise of its answer, with what comes meanwhile.
import type { RunClient } from '../worker/client.ts'
import type { FailureKind, FromWorker } from '../worker/protocol.ts'
import type { Answer, Asked, Kind, Part, Question } from '../worker/questions.ts'

/** Why there is no answer; `kind` as in the protocol. */
export class Refusal extends Error {
  override name = 'Refusal'
  constructor(
    readonly kind: FailureKind,
    message: string,
  ) {
    super(message)
  }
}

interface Waiting {
  resolve(answer: unknown): void
  reject(error: unknown): void
  part(part: unknown): void
}

export class Questions {
  private next = 1
  private readonly waiting = new Map<number, Waiting>()

  constructor(private readonly client: RunClient) {}

  /** @throws Refusal when the worker cannot answer; the signal's reason when it is aborted, which also ends the work. */
  ask<K extends Kind>(
    kind: K,
    ask: Asked<K>,
    { part = () => {}, signal }: { part?: (part: Part<K>) => void; signal?: AbortSignal } = {},
  ): Promise<Answer<K>> {
    const id = this.next++
    return new Promise<Answer<K>>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const forget = () => {
        this.waiting.delete(id)
        this.client.send({ type: 'forget', id })
        reject(signal?.reason as Error)
      }
      const settled = <T>(settle: (value: T) => void) => {
        return (value: T) => {
          signal?.removeEventListener('abort', forget)
          this.waiting.delete(id)
          settle(value)
        }
      }
      signal?.addEventListener('abort', forget, { once: true })
      this.waiting.set(id, {
        resolve: settled(resolve as (answer: unknown) => void),
        reject: settled(reject),
        part: part as (part: unknown) => void,
      })
      this.client.send({ type: 'ask', id, question: { kind, ask } as unknown as Question })
    })
  }

  /** True when the message belonged to a question. */
  hear(message: FromWorker): boolean {
    if (message.type !== 'part' && message.type !== 'answer' && message.type !== 'refused') return false
    const waiting = this.waiting.get(message.id)
    if (message.type === 'part') waiting?.part(message.part)
    else if (message.type === 'answer') waiting?.resolve(message.answer)
    else waiting?.reject(new Refusal(message.kind, message.message))
    return true
  }
}
