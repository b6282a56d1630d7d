// The buffers of a forward pass without the pass: what decoder-front.ts, workspace.ts, decoder-block.ts and
// output-head.ts hold, in their order, in bytes.
import { Holding, type Account } from '../gpu/account.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { tileHeight } from '../gpu/row-tiles.ts'
import { attentionScratchBytes } from '../kernels/attention.ts'
import {
  groupsOf,
  rowCount,
  whole,
  type BlockDesign,
  type Design,
  type Linear,
  type Norm,
  type Part,
} from './design.ts'
import type { LayerFacts } from './facts.ts'
import type { ForwardSize } from './family.ts'
import { vocabularyChunk } from './output-head.ts'
import { storedRows } from './projections.ts'
import { attentionSize } from './workspace.ts'

/** What decides how large pieces are. */
export type ForwardDevice = Pick<Gpu, 'adapter' | 'workPerSubmit'>

/** Bytes that a layer's other weights take beside themselves while they are made; undefined: the model's own weights. */
export type SubstituteBytes = (layer: LayerFacts) => number | undefined

export const WEIGHTS = 'Weights of a block'
export const TABLES = 'Output table'
export const KEPT = 'Kept keys and values'
export const RESULTS = 'Intermediate results'
export const LOGITS = 'Logits'

const times = (rows: number, columns: number) => `${rows.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`

export class ForwardMemory implements Disposable {
  /** Intermediate results, held while a block is alive. */
  private readonly own: Holding
  private alive = 0
  private readonly tables = new Set<string>()

  constructor(
    private readonly account: Account,
    private readonly device: ForwardDevice,
    private readonly design: Design,
    private readonly size: ForwardSize,
  ) {
    this.own = new Holding(account)
  }

  front(): Disposable {
    const { account, design, size } = this
    const { hidden, embedding } = design
    const { columns, projection, positions, norm } = embedding
    const held = new Holding(account)
    if (projection) held.hold(TABLES, 4 * hidden * columns, `${projection}, ${times(hidden, columns)}`)
    if (positions)
      held.hold(TABLES, 4 * positions.rows * hidden, `${positions.table}, ${times(positions.rows, hidden)}`)
    if (norm) holdNorm(held, TABLES, norm)
    if (projection) held.hold(RESULTS, 4 * size.tokens * columns)
    if (norm) held.hold(RESULTS, 4 * size.tokens * hidden)
    held.hold(RESULTS, 4 * size.tokens)
    held.hold(RESULTS, 4 * size.tokens * columns, `embeddings of ${size.tokens} tokens`)
    return held
  }

  /** `keeping`: with keys and values of the window, as for generation. */
  block(block: number, substitute?: SubstituteBytes, keeping = false): Disposable {
    const { account, design, size } = this
    if (this.alive++ === 0) this.openWorkspace()
    const held = new Holding(account)
    const { attention, feedForward } = design.blocks[block]
    const { q, k, v, out, rotary, qNorm, kNorm } = attention
    const { up, down, gate } = feedForward
    const parts = [q, k, v, whole(out), up, whole(down), ...(gate ? [gate] : [])]
    for (const linear of new Set(parts.map((part) => part.linear)))
      this.layer(
        held,
        linear,
        parts.filter((part) => part.linear === linear),
        substitute,
      )
    for (const { before, after, sum } of [attention, feedForward])
      for (const norm of [before, after, sum]) if (norm) holdNorm(held, WEIGHTS, norm)
    for (const norm of [qNorm, kNorm]) if (norm) holdNorm(held, WEIGHTS, norm)
    const key = JSON.stringify(rotary)
    if (rotary && !this.tables.has(key)) {
      this.tables.add(key)
      for (let i = 0; i < 2; i++) this.own.hold(RESULTS, 4 * size.window * (rotary.width / 2))
    }
    if (keeping)
      for (const what of ['keys', 'values']) {
        const columns = attention.kvHeads * attention.width
        held.hold(KEPT, 4 * size.window * columns, `kept ${what}, ${times(size.window, columns)}`)
      }
    held.own({ [Symbol.dispose]: () => --this.alive || this.own[Symbol.dispose]() })
    return held
  }

  /** `lanes`: hidden states that are compared; 2 beside another model's. */
  head(lanes: number): Disposable {
    const { account, design, size } = this
    const { tokens } = size
    const { vocabulary, hidden, final, head } = design
    const held = new Holding(account)
    if (final.norm) holdNorm(held, TABLES, final.norm)
    if (final.projection) held.hold(TABLES, 4 * head.columns * hidden, final.projection)
    this.table(held, head.table, vocabulary, head.columns)
    if (head.bias) held.hold(TABLES, 4 * vocabulary, head.bias)
    const rows = Math.min(vocabularyChunk(this.device.adapter, tokens), vocabulary)
    for (let lane = 0; lane < lanes; lane++) {
      if (final.norm) held.hold(LOGITS, 4 * tokens * hidden)
      if (final.projection) held.hold(LOGITS, 4 * tokens * head.columns)
      held.hold(LOGITS, 4 * tokens * rows, `logits of ${tokens} tokens, ${times(tokens, rows)}`)
    }
    return held
  }

  private table(held: Holding, name: string, rows: number, columns: number): void {
    const most = tileHeight(this.device.adapter, rows, columns)
    for (let first = 0; first < rows; first += most) {
      const count = Math.min(most, rows - first)
      held.hold(TABLES, 4 * count * columns, `${name}, ${times(count, columns)}${count < rows ? ', a part' : ''}`)
    }
  }

  private layer(held: Holding, linear: Linear, parts: readonly Part[], substitute?: SubstituteBytes): void {
    const { account } = this
    const { layer, rows, columns } = linear.facts
    const bytes = 4 * rows * columns
    const detail = `${layer}, ${times(rows, columns)}`
    const other = substitute?.(linear.facts)
    // Before the weights are there: codes and levels of a tile of them, or some of the weights as the file has them.
    const making = new Holding(account)
    const tile = Math.min(rows, tileHeight(this.device.adapter, rows, columns))
    if (other !== undefined && other > 0) making.hold(WEIGHTS, (other / rows) * tile, `codes of ${layer}`)
    const stored = Math.min(columns, storedRows(this.device.adapter, rows))
    if (other === undefined && linear.transposed) making.hold(WEIGHTS, 4 * rows * stored, detail)
    const fused = account.hold(WEIGHTS, bytes, detail)
    making[Symbol.dispose]()
    const own = parts.length === 1 && parts[0].ranges.length === 1 && rowCount(parts[0]) === rows
    if (own) held.own(fused)
    else
      for (const part of parts) {
        held.hold(WEIGHTS, 4 * rowCount(part) * columns, `part of ${layer}, ${times(rowCount(part), columns)}`)
        if (linear.bias) held.hold(WEIGHTS, 4 * rowCount(part), linear.bias)
      }
    if (own && linear.bias) held.hold(WEIGHTS, 4 * rows, linear.bias)
    if (!own) fused[Symbol.dispose]()
  }

  private openWorkspace(): void {
    this.tables.clear()
    const { design, device, own } = this
    const { tokens, window } = this.size
    for (const [label, columns] of workspaceColumns(design))
      own.hold(RESULTS, 4 * tokens * columns, `${label} of ${tokens} tokens, ${times(tokens, columns)}`)
    const scores = design.blocks.map(({ attention }) =>
      attentionScratchBytes(device, attentionSize(attention, tokens, window)),
    )
    own.hold(RESULTS, Math.max(...scores), `scores of attention, windows of ${window} tokens`)
  }

  [Symbol.dispose]() {
    this.own[Symbol.dispose]()
  }
}

function holdNorm(held: Holding, label: string, { kind, weight, columns }: Norm): void {
  const bytes = 4 * [weight].flat().length * columns
  held.hold(label, bytes)
  if (kind === 'layer') held.hold(label, bytes)
}

/** Numbers per token of every buffer of a workspace. */
export function workspaceColumns({ hidden, blocks }: Pick<Design, 'hidden' | 'blocks'>): [string, number][] {
  const widest = (of: (block: BlockDesign) => number) => Math.max(...blocks.map(of))
  const some = (test: (block: BlockDesign) => unknown) => blocks.some((block) => test(block))
  const q = widest(({ attention }) => attention.heads * attention.width)
  const kv = widest(({ attention }) => attention.kvHeads * attention.width)
  const gates = widest(({ feedForward: { gate } }) => (gate ? rowCount(gate) : 0))
  const twice = some(({ parallel, feedForward }) => parallel && feedForward.before)
  const after = some(({ attention, feedForward }) => attention.after ?? feedForward.after)
  return [
    ['normed', hidden],
    ...(twice ? ([['second normed', hidden]] as [string, number][]) : []),
    ['q', q],
    ['k', kv],
    ['v', kv],
    ['mixed', q],
    ...(gates ? ([['gate', gates]] as [string, number][]) : []),
    ['up', widest(({ feedForward: { up } }) => rowCount(up))],
    ...(after ? ([['branch', hidden]] as [string, number][]) : []),
  ]
}

/** What tells whether two blocks hold the same. */
export function blockSignature(block: BlockDesign): string {
  const groups = groupsOf(block).map((group) =>
    group.map(({ facts, bias, transposed }) => [facts.rows, facts.columns, bias !== undefined, transposed]),
  )
  const { attention, feedForward } = block
  const norms = [attention, feedForward].map(({ before, after, sum }) => [before, after, sum].map(Boolean))
  return JSON.stringify([groups, norms, attention.rotary, Boolean(attention.qNorm), Boolean(attention.kNorm)])
}
