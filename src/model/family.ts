// What a model family provides, one file per family in families/, and what a model offers: everything else works through these interfaces.
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Batch, Binding } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { RowTiles } from '../gpu/row-tiles.ts'
import type { Design } from './design.ts'
import type { InputGroup, LayerFacts, ModelFacts } from './facts.ts'

export interface Family {
  /** For people: its name, models of it that they may have, and what of it is computed as the official code does. */
  readonly about: { readonly title: string; readonly models: string; readonly handles: string }
  /** Values of `model_type` in config.json. */
  readonly modelTypes: readonly string[]
  /** Values of `architectures` in config.json. */
  readonly architectures: readonly string[]
  /** The model as plain data. @throws InputError naming the field that does not fit, its value and what is supported. */
  design(checkpoint: Pick<Checkpoint, 'config' | 'tensors'>): Design
}

/** An opened model; its weights stay in their files. */
export interface Model {
  readonly facts: ModelFacts
  readonly design: Design
  /** Attention heads of a block, and the key-value heads that they share. */
  readonly heads: { queries: number; keyValues: number }
  /** All quantized layers in the order they run. */
  readonly layers: LayerFacts[]
  /** Every tensor that belongs to the model, others of the checkpoint are ignored. */
  readonly tensorNames: string[]
  /** Groups of a block's layers by input, in the order they run. */
  inputs(block: number): InputGroup[]
  /** W f32 [rows, columns] of a layer, or `count` rows of it from row `first` on. */
  weights(layer: LayerFacts, first?: number, count?: number): Promise<Float32Array<ArrayBuffer>>
  forward(gpu: Gpu, size: ForwardSize): Forward
  /** Bytes that all blocks keep together of `tokens` tokens of one sequence, for `Block.extend`. */
  keptBytes(tokens: number): number
  /** Under which results measured on it are kept; worked out once. @throws InputError when tensors cannot be read. */
  fingerprint(): Promise<string>
}

export interface ForwardSize {
  /** Most tokens of a chunk: whole windows. */
  tokens: number
  /** Tokens of a window; attention and positions start again in every window. */
  window: number
}

/** Other weights for a layer, f32 [rows, columns]; whoever asks owns them. Nothing: the model's own. */
export type Substitute = (layer: LayerFacts) => RowTiles | GpuBuffer | undefined

/** Sees the input x f32 [tokens, columns] of a block's group of layers; `group` counts as `Model.inputs` does. */
export type Capture = (group: number, x: GpuBuffer) => void

/** A forward pass over chunks of tokens. Owns the intermediate buffers; its parts hold the weights and are freed by the caller. */
export interface Forward extends Disposable {
  front(): Promise<Front>
  block(block: number, substitute?: Substitute): Promise<Block>
  head(): Promise<Head>
}

/** From token ids to hidden states. */
export interface Front extends Disposable {
  /**
   * Reads the embeddings of token ids and records hidden f32 [tokens, hidden] of them: of whole windows, or of the next
   * tokens of a single sequence, at positions first … first + tokens − 1. The batch is handed to the
   * queue. One call after another: each awaits the one before. @throws InputError when an embedding cannot be read.
   */
  run(batch: Batch, ids: Uint32Array, hidden: GpuBuffer, first?: number): Promise<void>
}

export interface Block extends Disposable {
  /** Records hidden ← block(hidden), f32 [tokens, hidden] in place. */
  run(batch: Batch, hidden: GpuBuffer, tokens: number, capture?: Capture): void
  /**
   * Records the same for the next tokens of a single sequence, at positions first … first + tokens − 1. The block keeps what later
   * tokens need of them, for as many positions as `ForwardSize.window`; those before `first` must have been given before.
   */
  extend(batch: Batch, hidden: GpuBuffer, tokens: number, first: number): void
}

/** From hidden states to the next token. */
export interface Head extends Disposable {
  /** Records the state f32 [tokens, 3] from which kernels/cross-entropy.ts gives the losses of targets u32 [tokens]. */
  losses(batch: Batch, hidden: GpuBuffer, targets: Binding, state: GpuBuffer, tokens: number): void
  /**
   * The same, and beside it the state f32 [tokens, 8] from which kernels/divergence.ts compares the distributions with those that this
   * head makes of `others`, hidden states f32 [tokens, hidden] of another model (P there).
   */
  compare(
    batch: Batch,
    hidden: { own: GpuBuffer; others: GpuBuffer },
    targets: Binding,
    states: { losses: GpuBuffer; divergence: GpuBuffer },
    tokens: number,
  ): void
  /** Records logits f32 [tokens, vocabulary], for as many tokens as fit one buffer. */
  logits(batch: Batch, hidden: GpuBuffer, logits: GpuBuffer, tokens: number): void
}
