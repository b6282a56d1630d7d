// The end of a language model: norm, then logits = normed · tableᵀ in chunks of the vocabulary; in some models projected
// before, with a bias, softly capped.
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Batch, Binding } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { AdapterFacts, Gpu } from '../gpu/gpu.ts'
import { bindableBytes, type RowTiles, type TileBinding } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { addBias } from '../kernels/add-bias.ts'
import { crossEntropy } from '../kernels/cross-entropy.ts'
import { divergence } from '../kernels/divergence.ts'
import { product } from '../kernels/matvec.ts'
import { softCap } from '../kernels/soft-cap.ts'
import type { Design } from './design.ts'
import type { Head } from './family.ts'
import { loadNorm, type LoadedNorm } from './norm.ts'
import { uploadMatrix, uploadTensor } from './tensors.ts'

/** Bytes of logits that are held at once. */
const LOGITS_BYTES = 32 << 20
/** Chunks of the vocabulary begin at multiples of this, and so where a binding may begin. */
const ALIGNED_ROWS = 64

/** Rows of the vocabulary whose logits are computed at once for `tokens` tokens: a multiple of 64. */
export function vocabularyChunk(
  adapter: Pick<AdapterFacts, 'maxBindingBytes' | 'maxBufferBytes'>,
  tokens: number,
): number {
  const bytes = Math.min(LOGITS_BYTES, bindableBytes(adapter))
  return ALIGNED_ROWS * Math.max(1, Math.floor(bytes / (4 * tokens * ALIGNED_ROWS)))
}

/** Parts of a table of at most `most` rows, in order. */
function* chunksOf({ tiles, stride }: RowTiles, most: number): Generator<TileBinding> {
  for (const { first, rows, buffer } of tiles)
    for (let start = 0; start < rows; start += most) {
      const count = Math.min(most, rows - start)
      yield {
        first: first + start,
        rows: count,
        binding: { buffer, offset: 4 * start * stride, bytes: 4 * count * stride },
      }
    }
}

/** What the logits of one model's hidden states pass through. */
interface Lane {
  /** After the norm; absent where there is none. */
  normed: GpuBuffer | undefined
  projected: GpuBuffer | undefined
  logits: GpuBuffer
}

interface HeadWeights {
  norm: LoadedNorm | undefined
  projection: GpuBuffer | undefined
  table: RowTiles
  bias: GpuBuffer | undefined
}

export class OutputHead implements Head {
  private readonly lanes: Lane[] = []

  private constructor(
    private readonly scope: Scope,
    private readonly weights: HeadWeights,
    private readonly design: Design,
    /** Most tokens at once. */
    private readonly tokens: number,
    /** Rows of the vocabulary at once. */
    private readonly rows: number,
  ) {}

  static async load(gpu: Gpu, checkpoint: Checkpoint, design: Design, tokens: number): Promise<OutputHead> {
    const { vocabulary, final, head } = design
    const scope = new Scope(gpu)
    try {
      const upload = async (name: string | undefined) =>
        name === undefined ? undefined : scope.own(await uploadTensor(gpu, checkpoint, name))
      const weights = {
        norm: final.norm && (await loadNorm(scope, checkpoint, final.norm)),
        projection: await upload(final.projection),
        table: scope.own(await uploadMatrix(gpu, checkpoint, head.table, vocabulary, head.columns)),
        bias: await upload(head.bias),
      }
      return new OutputHead(scope, weights, design, tokens, vocabularyChunk(gpu.adapter, tokens))
    } catch (error) {
      scope[Symbol.dispose]()
      throw error
    }
  }

  private lane(i: number): Lane {
    const { scope, weights, tokens, rows } = this
    const { hidden, vocabulary, head } = this.design
    return (this.lanes[i] ??= {
      normed: weights.norm && scope.buffer('normed', 4 * tokens * hidden),
      projected: weights.projection && scope.buffer('projected', 4 * tokens * head.columns),
      logits: scope.buffer('logits', 4 * tokens * Math.min(rows, vocabulary)),
    })
  }

  /** Records what the table multiplies, and gives it. */
  private states(batch: Batch, hidden: GpuBuffer, { normed, projected }: Lane, tokens: number): GpuBuffer {
    const { norm, projection: weights } = this.weights
    if (norm && normed) norm(batch, hidden, normed, tokens)
    const x = normed ?? hidden
    if (!weights || !projected) return x
    const { hidden: columns, head } = this.design
    product(batch, { x, weights, y: projected }, { tokens, rows: head.columns, columns })
    return projected
  }

  /** Records the logits of every chunk of the vocabulary, each overwriting the last, and what `then` makes of them. */
  private chunks(
    batch: Batch,
    hiddens: readonly GpuBuffer[],
    tokens: number,
    then: (logits: GpuBuffer[], first: number, rows: number) => void,
  ) {
    const { table, bias } = this.weights
    const { columns, cap } = this.design.head
    const lanes = hiddens.map((hidden, i) => {
      const lane = this.lane(i)
      return { x: this.states(batch, hidden, lane, tokens), logits: lane.logits }
    })
    for (const { first, rows, binding } of chunksOf(table, this.rows)) {
      for (const { x, logits } of lanes) {
        product(batch, { x, weights: binding, y: logits }, { tokens, rows, columns })
        if (bias)
          addBias(batch, { bias: { buffer: bias, offset: 4 * first, bytes: 4 * rows }, y: logits }, { tokens, rows })
        if (cap !== undefined) softCap(batch, logits, { elements: tokens * rows, cap })
      }
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
        batch.copy(chunk, 4 * t * rows, logits, 4 * (t * this.design.vocabulary + first), 4 * rows)
    })
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
