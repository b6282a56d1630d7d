// The end of a language model: RMSNorm, then logits = normed · tableᵀ in chunks of the vocabulary.
import type { Batch, Binding } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Scope } from '../gpu/scope.ts'
import { crossEntropy } from '../kernels/cross-entropy.ts'
import { matmul } from '../kernels/matmul.ts'
import { rmsnorm } from '../kernels/rmsnorm.ts'
import type { Head } from './family.ts'
import type { RowSplit } from './row-split.ts'

/** Bytes of logits that are held at once. */
export const LOGITS_BYTES = 32 << 20

/** Rows of the vocabulary whose logits are computed at once for `tokens` tokens: a multiple of 64. */
export function vocabularyChunk(tokens: number): number {
  return Math.max(64, 64 * Math.floor(LOGITS_BYTES / (4 * tokens * 64)))
}

export class OutputHead implements Head {
  private readonly normed: GpuBuffer
  private logitsChunk: GpuBuffer | undefined

  /** Takes over `scope`, which owns the weights. norm [columns], table [vocabulary, columns]. */
  constructor(
    private readonly scope: Scope,
    private readonly norm: GpuBuffer,
    private readonly table: RowSplit,
    private readonly size: { vocabulary: number; columns: number; epsilon: number; tokens: number },
  ) {
    this.normed = scope.buffer('normed', 4 * size.tokens * size.columns)
  }

  /** Records the logits of every chunk of the vocabulary, each overwriting the last, and what `then` makes of them. */
  private chunks(
    batch: Batch,
    hidden: GpuBuffer,
    tokens: number,
    then: (logits: GpuBuffer, first: number, rows: number) => void,
  ) {
    const { vocabulary, columns, epsilon, tokens: most } = this.size
    const chunk = vocabularyChunk(most)
    this.logitsChunk ??= this.scope.buffer('logits', 4 * most * Math.min(chunk, vocabulary))
    rmsnorm(batch, { x: hidden, weight: this.norm, y: this.normed }, { tokens, columns, epsilon })
    for (const { first, rows, binding } of this.table.parts(chunk)) {
      matmul(batch, { x: this.normed, weights: binding, y: this.logitsChunk }, { tokens, rows, columns })
      then(this.logitsChunk, first, rows)
    }
  }

  losses(batch: Batch, hidden: GpuBuffer, targets: Binding, state: GpuBuffer, tokens: number): void {
    this.chunks(batch, hidden, tokens, (logits, first, rows) =>
      crossEntropy(batch, { logits, targets, state }, { tokens, first, rows }),
    )
  }

  logits(batch: Batch, hidden: GpuBuffer, logits: GpuBuffer, tokens: number): void {
    this.chunks(batch, hidden, tokens, (chunk, first, rows) => {
      for (let t = 0; t < tokens; t++)
        batch.copy(chunk, 4 * t * rows, logits, 4 * (t * this.size.vocabulary + first), 4 * rows)
    })
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
