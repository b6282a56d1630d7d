// A decoder-only transformer as plain data: what a family makes of config.json and the tensors' names, and all that the
// engine knows of a model. Block: x ← x + attention(norm(x)), x ← x + feedForward(norm(x)), in one of three arrangements.
import type { Activation } from '../kernels/activation.ts'
import type { InputGroup, LayerFacts } from './facts.ts'
import type { Rotary } from './rotary.ts'

export type Shape = readonly number[]

/** A normalisation along the columns. */
export interface Norm {
  kind: 'rms' | 'layer'
  /** Its tensor [columns]; several, where every head has its own. */
  weight: string | readonly string[]
  /** [columns], of layer norms that have one. */
  bias?: string | undefined
  columns: number
  epsilon: number
  /** The weight is stored as its difference from 1 (Gemma). */
  plusOne?: boolean
}

/** A quantized linear layer. */
export interface Linear {
  facts: LayerFacts
  /** Tensor [rows]. */
  bias?: string | undefined
  /** The file has [columns, rows] (GPT-2's Conv1D). */
  transposed?: boolean
}

/** Rows of a linear layer in the order in which they are wanted; fused layers have several parts. */
export interface Part {
  linear: Linear
  ranges: readonly { first: number; rows: number }[]
}

/** Norms around attention or feed-forward: on what goes in, on what comes out, on the sum with the residual. */
export interface Around {
  before?: Norm | undefined
  after?: Norm | undefined
  sum?: Norm | undefined
}

export interface Attention extends Around {
  heads: number
  kvHeads: number
  /** Numbers of one head. */
  width: number
  /** Factor of q · k; 1 / √width without it. */
  scale?: number | undefined
  /** Scores become cap · tanh(score / cap). */
  cap?: number | undefined
  /** A query sees so many keys, its own among them. */
  sliding?: number | undefined
  /** Slopes instead of positions (ALiBi). */
  sloped?: boolean | undefined
  rotary?: Rotary | undefined
  /** Over the numbers of every head of q and k, before positions. */
  qNorm?: Norm | undefined
  kNorm?: Norm | undefined
  q: Part
  k: Part
  v: Part
  out: Linear
}

export interface FeedForward extends Around {
  activation: Activation
  /** activation(gate) · up; without it activation(up). */
  gate?: Part | undefined
  up: Part
  down: Linear
}

export interface BlockDesign {
  attention: Attention
  feedForward: FeedForward
  /** x + attention(norm(x)) + feedForward(norm(x)); without a `before` of its own the feed-forward part shares attention's. */
  parallel?: boolean | undefined
  /** The residual starts from what the norms give, not from what they get (a variant of Bloom). */
  residualAfterNorm?: boolean | undefined
}

export interface Embedding {
  /** [vocabulary, columns] */
  table: string
  columns: number
  scale?: number | undefined
  /** [hidden, columns], without bias. */
  projection?: string | undefined
  /** Learned positions [rows, hidden]; position 0 is row `offset`. */
  positions?: { table: string; rows: number; offset: number } | undefined
  norm?: Norm | undefined
}

export interface Design {
  architecture: string
  vocabulary: number
  hidden: number
  /** Longest sequence the model was made for, in tokens. */
  context: number
  tied: boolean
  embedding: Embedding
  blocks: readonly BlockDesign[]
  /** `projection` [columns of the head, hidden], without bias. */
  final: { norm?: Norm | undefined; projection?: string | undefined }
  /** table [vocabulary, columns], bias [vocabulary]; cap: logits become cap · tanh(logit / cap). */
  head: { table: string; columns: number; bias?: string | undefined; cap?: number | undefined }
}

/** The part that is the whole layer. */
export const whole = (linear: Linear): Part => ({ linear, ranges: [{ first: 0, rows: linear.facts.rows }] })

/** The part of `rows` rows from `first` on; again `times` times, `stride` rows apart. */
export const rowsOf = (linear: Linear, first: number, rows: number, times = 1, stride = 0): Part => ({
  linear,
  ranges: Array.from({ length: times }, (_, i) => ({ first: first + i * stride, rows })),
})

export const rowCount = ({ ranges }: Part): number => ranges.reduce((sum, { rows }) => sum + rows, 0)

/** Feed-forward reads the same input as attention. */
export const sharesInput = ({ parallel, feedForward }: BlockDesign): boolean => !!parallel && !feedForward.before

const distinct = (parts: readonly (Part | undefined)[]): Linear[] => [
  ...new Set(parts.filter((part) => part !== undefined).map(({ linear }) => linear)),
]

/** A block's layers by input, in the order they run. */
export function groupsOf(design: BlockDesign): Linear[][] {
  const { attention, feedForward } = design
  const { q, k, v, out } = attention
  const { gate, up, down } = feedForward
  return sharesInput(design)
    ? [distinct([q, k, v, gate, up]), [out], [down]]
    : [distinct([q, k, v]), [out], distinct([gate, up]), [down]]
}

/** The same as plain facts. */
export function inputsOf(design: BlockDesign): InputGroup[] {
  return groupsOf(design).map((group) => ({
    columns: group[0].facts.columns,
    layers: group.map(({ facts }) => facts),
  }))
}

/** Every tensor of the model and its shape in the file. */
export function shapesOf({ vocabulary, hidden, embedding, blocks, final, head }: Design): Map<string, Shape> {
  const shapes = new Map<string, Shape>()
  const put = (name: string | undefined, shape: Shape) => name !== undefined && shapes.set(name, shape)
  const putNorm = (norm: Norm | undefined) => {
    if (!norm) return
    for (const name of [norm.weight, norm.bias ?? []].flat()) put(name, [norm.columns])
  }
  put(embedding.table, [vocabulary, embedding.columns])
  put(embedding.projection, [hidden, embedding.columns])
  if (embedding.positions) put(embedding.positions.table, [embedding.positions.rows, hidden])
  putNorm(embedding.norm)
  for (const block of blocks) {
    const { attention, feedForward } = block
    for (const { before, after, sum } of [attention, feedForward]) [before, after, sum].forEach(putNorm)
    putNorm(attention.qNorm)
    putNorm(attention.kNorm)
    for (const { facts, bias, transposed } of groupsOf(block).flat()) {
      const { layer, rows, columns } = facts
      put(`${layer}.weight`, transposed ? [columns, rows] : [rows, columns])
      put(bias, [rows])
    }
  }
  putNorm(final.norm)
  put(final.projection, [head.columns, hidden])
  put(head.table, [vocabulary, head.columns])
  put(head.bias, [vocabulary])
  return shapes
}
