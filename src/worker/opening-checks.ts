// The check list while a checkpoint is being read: what has been seen stands there as it is, what is still to come as
// pending, and the longest part with how far it is.
import type { Seen } from '../formats/checkpoint.ts'
import type { Check, Source } from './protocol.ts'

/** Progress within a line is told at most this often. */
const TELL_EVERY_MS = 100

const pending = (subject: string, fact: string, progress?: Check['progress']): Check => ({
  status: 'pending',
  subject,
  fact,
  ...(progress && { progress }),
})

export class OpeningChecks {
  private config: Check = pending('config.json', 'Reading')
  private weights: Check = pending('Weights', 'Waiting for config.json')
  /** Lines that are as they will stay. */
  private done: readonly Check[] | undefined
  private last = -Infinity

  constructor(
    private readonly kind: Source['kind'],
    private readonly post: (checks: Check[]) => void,
  ) {}

  begin(): void {
    this.tell()
  }

  seen(step: Seen): void {
    if ('modelType' in step) {
      const type = typeof step.modelType === 'string' ? `model_type ${step.modelType}` : 'A JSON object'
      this.config = { status: 'ok', subject: 'config.json', fact: type }
      return this.tell()
    }
    const { files, of } = step
    const fact = `Headers of ${files} of ${of} ${of === 1 ? 'file' : 'files'} read`
    this.weights =
      files === of ? { status: 'ok', subject: 'Weights', fact } : pending('Weights', fact, { done: files, of })
    this.tell(files < of)
  }

  /** All but the values have been looked at. */
  found(checks: readonly Check[]): void {
    this.done = checks
    this.tell()
  }

  /** So many tensors have been looked through for values that are not finite. */
  values(done: number, of: number): void {
    this.tell(true, { done, of })
  }

  private tell(seldom = false, progress?: { done: number; of: number }) {
    if (seldom && performance.now() - this.last < TELL_EVERY_MS) return
    this.last = performance.now()
    const { done, config, weights } = this
    const rest = [
      pending('tokenizer.json', 'Waiting for the weights'),
      pending('Output head', 'Waiting for the weights'),
      pending('Shapes', 'Waiting for the weights'),
    ]
    const looked = progress
      ? pending('Values', `Looking for NaN and infinity: ${progress.done} of ${progress.of} tensors`, progress)
      : pending('Values', 'Waiting for the shapes')
    this.post([...(done ?? [config, weights, ...rest]), ...(this.kind === 'files' ? [looked] : [])])
  }
}
