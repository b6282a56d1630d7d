// Calibration: pulls all windows through the unquantized model, one block at a time, and accumulates H = XᵀX / tokens of every
// distinct layer input on the way, in float32 as a running mean over chunks.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { gram } from '../kernels/gram.ts'
import { mirror } from '../kernels/mirror.ts'
import type { LayerFacts } from '../model/facts.ts'
import type { KnownFactors } from '../quantize/hessian.ts'
import { checkAdapter } from '../model/memory.ts'
import type { Forward, Model } from '../model/model.ts'
import { Chunks } from './chunks.ts'

/** The Hessian of one input. Whoever receives it owns the matrix. */
export interface CapturedHessian {
  /** Layers that read this input. */
  layers: LayerFacts[]
  columns: number
  tokens: number
  /** f32 [columns, columns], both triangles. */
  matrix: GpuBuffer
  /** What solvers find out about it, kept with it; absent where it is not kept. */
  known?: KnownFacts
}

/** What need not be computed again for the same Hessian, in ordinary memory. */
export interface KnownFacts {
  factors: KnownFactors
  /** Energies of the layers that read this input, by name. */
  energies: Map<string, readonly number[]>
}

export interface WindowProgress {
  windows: number
  of: number
}

export class Calibration implements Disposable {
  private readonly scope: Scope
  private readonly chunks: Chunks
  private readonly forward: Forward
  private next = 0

  /** `windows`: token ids, all of one length. @throws GpuLimitError naming the tensor this adapter cannot hold. */
  constructor(
    private readonly gpu: Gpu,
    private readonly model: Model,
    windows: readonly Uint32Array[],
  ) {
    checkAdapter(model, gpu.adapter)
    this.scope = new Scope(gpu)
    this.chunks = this.scope.own(new Chunks(gpu, model, windows))
    this.forward = this.scope.own(model.forward(gpu, this.chunks))
  }

  /**
   * Yields after every chunk of windows and returns the block's Hessians, in the order of `model.inputs`. Blocks must be asked for in
   * order from 0, since each one moves the hidden states on.
   */
  async *block(block: number): AsyncGenerator<WindowProgress, CapturedHessian[]> {
    if (block !== this.next) throw new Error(`calibration: block ${block} was asked for, the next one is ${this.next}`)
    this.next++
    if (block === 0) await this.embed()
    using scope = new Scope(this.gpu)
    const groups = this.model.inputs(block)
    const matrices = groups.map(({ layers, columns }) =>
      scope.buffer(`hessian ${layers[0].layer}`, 4 * columns * columns),
    )
    using pass = await this.forward.block(block)
    let windows = 0
    for (const { hidden, tokens, windows: part } of this.chunks.all) {
      const batch = this.gpu.batch(`calibrate block ${block}`)
      const before = windows * this.chunks.window
      pass.run(batch, hidden, tokens, (group, x) =>
        gram(batch, { x, matrix: matrices[group] }, { tokens, columns: groups[group].columns, before }),
      )
      windows += part.length
      if (windows === this.chunks.windows)
        groups.forEach(({ columns }, group) => mirror(batch, { matrix: matrices[group] }, { columns }))
      await batch.submit()
      yield { windows, of: this.chunks.windows }
    }
    const tokens = windows * this.chunks.window
    return groups.map(({ layers, columns }, group) => ({
      layers,
      columns,
      tokens,
      matrix: scope.release(matrices[group]),
    }))
  }

  private async embed(): Promise<void> {
    using front = await this.forward.front()
    const batch = this.gpu.batch('embed')
    for (const { ids, hidden, tokens } of this.chunks.all) front.run(batch, ids, hidden, tokens)
    await batch.submit()
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
