// The end of a language model: RMSNorm, then logits = normed · tableᵀ in chunks of the vocabulary.
import type { Batch, Binding } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Scope } from '../gpu/scope.ts'
import { crossEntropy } from '../kernels/cross-entropy.ts'
import { divergence } from '../kernels/divergence.ts'
import { product } from '../kernels/matvec.ts'
import { rmsnorm } from '../kernels/rmsnorm.ts'
import type { Head } from './family.ts'
import type { RowSplit } from './row-split.ts'

/** Bytes of logits that are held at once. */
export const LOGITS_BYTES = 32 << 20

/** Rows of the vocabulary whose logits are computed at once for `tokens` tokens: a multiple of 64. */
export function vocabularyChunk(tokens: number): number {
  return Math.max(64, 64 * Math.floor(LOGITS_BYTES / (4 * tokens * 64)))
}

/** What the logits of one model's hidden states pass through. */
interface Lane {
  normed: GpuBuffer
  logits: GpuBuffer
}

export class OutputHead implements Head {
  private readonly lanes: Lane[] = []

  /** Takes over `scope`, which owns the weights. norm [columns], table [vocabulary, columns]. */
  constructor(
    private readonly scope: Scope,
    private readonly norm: GpuBuffer,
    private readonly table: RowSplit,
    private readonly size: { vocabulary: number; columns: number; epsilon: number; tokens: number },
  ) {}

  private lane(i: number): Lane {
    const { tokens, columns, vocabulary } = this.size
    return (this.lanes[i] ??= {
      normed: this.scope.buffer('normed', 4 * tokens * columns),
      logits: this.scope.buffer('logits', 4 * tokens * Math.min(vocabularyChunk(tokens), vocabulary)),
    })
  }

  /** Records the logits of every chunk of the vocabulary, each overwriting the last, and what `then` makes of them. */
  private chunks(
    batch: Batch,
    hiddens: readonly GpuBuffer[],
    tokens: number,
    then: (logits: GpuBuffer[], first: number, rows: number) => void,
  ) {
    const { columns, epsilon, tokens: most } = this.size
    const lanes = hiddens.map((_, i) => this.lane(i))
    for (const [i, { normed }] of lanes.entries())
      rmsnorm(batch, { x: hiddens[i], weight: this.norm, y: normed }, { tokens, columns, epsilon })
    for (const { first, rows, binding } of this.table.parts(vocabularyChunk(most))) {
      for (const { normed, logits } of lanes)
        product(batch, { x: normed, weights: binding, y: logits }, { tokens, rows, columns })
      const all = lanes.map(({ logits }) => logits)
      then(all, first, rows)
    }
  }

  losses(batch: Batch, hidden: GpuBuffer, targets: Binding, state: GpuBuffer, tokens: number): void {
    this.chunks(batch, [hidden], tokens, ([logits], first, rows) =>
      crossEntropy(batch, { logits, targets, state }, { tokens, first, rows }),
    )
  }

  compare(
    batch: Batch,
    { own, others }: { own: GpuBuffer; others: GpuBuffer },
    targets: Binding,
    states: { losses: GpuBuffer; divergence: GpuBuffer },
    tokens: number,
  ): void {
    this.chunks(batch, [own, others], tokens, ([right, left], first, rows) => {
      const chunk = { tokens, first, rows }
      crossEntropy(batch, { logits: right, targets, state: states.losses }, chunk)
      divergence(batch, { left, right, state: states.divergence }, chunk)
    })
  }

  logits(batch: Batch, hidden: GpuBuffer, logits: GpuBuffer, tokens: number): void {
    this.chunks(batch, [hidden], tokens, ([chunk], first, rows) => {
      for (let t = 0; t < tokens; t++)
        batch.copy(chunk, 4 * t * rows, logits, 4 * (t * this.size.vocabulary + first), 4 * rows)
    })
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
