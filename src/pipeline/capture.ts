// Captures a block's inputs: pulls hidden states through it and accumulates H = XᵀX / tokens of every distinct layer
// input on the way, in float32 as a running mean over chunks; the same of held-out windows, apart.
// Beside the inputs x̂ of a partially quantized model it can run those of the unquantized one, x, for their drift
// D = E[x̂ (x̂ − x)ᵀ] = Ĥ − E[x̂ xᵀ] (QEP): accumulated as it stands, as a difference of two moments would lose it in
// rounding where the models are close.
import type { Batch } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { crossGram } from '../kernels/cross-gram.ts'
import { gram } from '../kernels/gram.ts'
import { mirror } from '../kernels/mirror.ts'
import { scaledSum } from '../kernels/scaled-sum.ts'
import type { InputGroup, LayerFacts } from '../model/facts.ts'
import type { Block, Model } from '../model/model.ts'
import type { HessianHealth } from '../quantize/health.ts'
import type { KnownFactors } from '../quantize/hessian.ts'
import type { Chunk } from './chunks.ts'
import type { States } from './states.ts'

/** The Hessian of one input. Whoever receives it owns the matrices. */
export interface CapturedHessian {
  /** Layers that read this input. */
  layers: LayerFacts[]
  columns: number
  /** Tokens behind `matrix`. */
  tokens: number
  /** f32 [columns, columns], both triangles. */
  matrix: RowTiles
  /** The same of held-out windows; absent where none are. */
  heldOut?: RowTiles
  /** f32 [columns, columns], D[k, j] = mean of x̂_k (x̂_j − x_j); absent where nothing is to be made up for. */
  drift?: RowTiles
  /** H = I, for want of inputs; `tokens` is 0 then. */
  identity?: true
  /** What solvers find out about it, kept with it; absent where it is not kept. */
  known?: KnownFacts
}

/** What need not be computed again for the same Hessian, in ordinary memory. */
export interface KnownFacts {
  factors: KnownFactors
  /** Energies of the layers that read this input, by name. */
  energies: Map<string, readonly number[]>
  /** With the damping it was asked for; absent before it is known. */
  health?: HessianHealth
}

export interface WindowProgress {
  windows: number
  of: number
}

export interface Capturing {
  gpu: Gpu
  model: Model
  block: number
  states: States
  /** The block, unquantized. */
  pass: Block
  /**
   * What the states still have to pass before it. Given: the states then wait before `pass`, for the weights it is yet
   * to get. Absent: they move through `pass`.
   */
  waiting?: { before?: Block | undefined }
  /** States of the unquantized model, for the drift; they wait likewise. */
  unquantized?: { states: States; before?: Block | undefined } | undefined
}

/** Yields after every chunk of windows; returns the block's Hessians in the order of `model.inputs`. */
export async function* capture(given: Capturing): AsyncGenerator<WindowProgress, CapturedHessian[]> {
  const { gpu, model, block, states } = given
  using scope = new Scope(gpu)
  const groups = model.inputs(block)
  const square = (what: string, { layers, columns }: InputGroup) =>
    scope.own(RowTiles.create(gpu, `${what} ${layers[0].layer}`, columns, columns))
  const seen = groups.map((group) => square('hessian', group))
  const held = states.heldOut && groups.map((group) => square('held-out hessian', group))
  const drifts = given.unquantized && groups.map((group) => square('drift', group))
  const passing = new Passing(given, groups, scope)
  let windows = 0
  for (const [chunks, matrices, moments] of [
    [states.calibration, seen, drifts],
    [states.heldOut, held, undefined],
  ] as const) {
    if (!chunks || !matrices) continue
    let before = 0
    for (const [i, chunk] of chunks.all.entries()) {
      const batch = gpu.batch(`calibrate block ${block}`)
      const { tokens } = chunk
      if (moments) passing.runUnquantized(batch, given.unquantized!.states.calibration.all[i])
      passing.run(batch, chunk, (group, x) => {
        const { columns } = groups[group]
        gram(batch, { x, matrix: matrices[group] }, { tokens, columns, before })
        if (moments) {
          const difference = passing.difference(batch, group, x, tokens)
          crossGram(batch, { x, y: difference, matrix: moments[group] }, { tokens, columns, before })
        }
      })
      before += tokens
      if (i === chunks.all.length - 1)
        groups.forEach(({ columns }, group) => mirror(batch, { matrix: matrices[group] }, { columns }))
      await batch.submit()
      yield { windows: (windows += chunk.windows.length), of: states.windows }
    }
  }
  const tokens = states.calibration.windows * states.window
  return groups.map(({ layers, columns }, group) => ({
    layers,
    columns,
    tokens,
    matrix: scope.release(seen[group]),
    ...(held && { heldOut: scope.release(held[group]) }),
    ...(drifts && { drift: scope.release(drifts[group]) }),
  }))
}

/** Records the passes of one chunk and holds what lies between them. */
class Passing {
  /** Hidden states that move where the chunk's own wait. */
  private readonly moving: GpuBuffer | undefined
  /** Inputs of the unquantized model, by group. */
  private readonly inputs: GpuBuffer[] = []
  private readonly differences: GpuBuffer[] = []

  constructor(
    private readonly given: Capturing,
    private readonly groups: readonly InputGroup[],
    scope: Scope,
  ) {
    const { model, states, waiting, unquantized } = given
    if (waiting) this.moving = scope.buffer('moving hidden states', 4 * states.tokens * model.facts.hidden)
    if (!unquantized) return
    for (const { columns } of groups) {
      this.inputs.push(scope.buffer('unquantized inputs', 4 * states.tokens * columns))
      this.differences.push(scope.buffer('differences of inputs', 4 * states.tokens * columns))
    }
  }

  run(batch: Batch, chunk: Chunk, seen: (group: number, x: GpuBuffer) => void): void {
    this.given.waiting?.before?.run(batch, chunk.hidden, chunk.tokens)
    this.given.pass.run(batch, this.movable(batch, chunk), chunk.tokens, seen)
  }

  runUnquantized(batch: Batch, chunk: Chunk): void {
    this.given.unquantized?.before?.run(batch, chunk.hidden, chunk.tokens)
    this.given.pass.run(batch, this.movable(batch, chunk), chunk.tokens, (group, x) =>
      batch.copy(x, 0, this.inputs[group], 0, 4 * chunk.tokens * this.groups[group].columns),
    )
  }

  /** x̂ − x, f32 [tokens, columns], of the last run of the unquantized model. */
  difference(batch: Batch, group: number, x: GpuBuffer, tokens: number): GpuBuffer {
    const result = this.differences[group]
    const elements = tokens * this.groups[group].columns
    scaledSum(batch, { left: x, right: this.inputs[group], result }, { elements, factor: -1 })
    return result
  }

  private movable(batch: Batch, { hidden, tokens }: Chunk): GpuBuffer {
    const { moving } = this
    if (!moving) return hidden
    batch.copy(hidden, 0, moving, 0, 4 * tokens * this.given.model.facts.hidden)
    return moving
  }
}
