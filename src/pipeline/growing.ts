// Hessians of the unquantized model over more and more windows: those of the next size are made of the last ones and of
// the new windows alone, as both are means over tokens,
//   H(n + m) = H(n) + m / (n + m) · (H(m) − H(n)).
// So all sizes up to N windows cost one calibration of N. The Hessians stay in a cache of their own.
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { scaledSum } from '../kernels/scaled-sum.ts'
import type { Model } from '../model/model.ts'
import { Calibration } from './calibrate.ts'
import type { CapturedHessian, WindowProgress } from './capture.ts'
import { HessianCache } from './hessian-cache.ts'
import { relabel } from './relabel.ts'

export interface GrowingProgress extends WindowProgress {
  block: number
}

export class GrowingHessians {
  private readonly cache: HessianCache
  private windows = 0

  /** `bytes`: of all Hessians, held-out ones too. */
  constructor(
    private readonly gpu: Gpu,
    private readonly model: Model,
    private readonly heldOut: readonly Uint32Array[],
    bytes: number,
  ) {
    this.cache = new HessianCache(bytes)
    this.cache.begin('', bytes)
  }

  /** Takes in windows that it has not seen. Yields after every chunk of windows. */
  async *add(windows: readonly Uint32Array[]): AsyncGenerator<GrowingProgress> {
    const { gpu, model, cache } = this
    const first = this.windows === 0
    using calibration = new Calibration(gpu, model, { calibration: windows, heldOut: first ? this.heldOut : [] })
    for (let block = 0; block < model.facts.blocks; block++) {
      const added = yield* relabel(calibration.block(block), (progress): GrowingProgress => ({ block, ...progress }))
      using own = new Scope(gpu)
      for (const { matrix, heldOut } of added) for (const buffer of [matrix, heldOut]) if (buffer) own.own(buffer)
      await cache.keep(gpu, block, first ? added : this.joined(own, block, added))
    }
    this.windows += windows.length
  }

  /** The Hessians of a block over all windows so far; the caller owns the matrices. */
  load(block: number): CapturedHessian[] {
    return this.cache.load(this.gpu, block)
  }

  private joined(own: Scope, block: number, added: readonly CapturedHessian[]): CapturedHessian[] {
    const { gpu, cache } = this
    const before = cache.load(gpu, block)
    for (const { matrix, heldOut } of before) for (const buffer of [matrix, heldOut]) if (buffer) own.own(buffer)
    return before.map((old, i) => {
      const { columns, tokens, matrix } = old
      const share = added[i].tokens / (tokens + added[i].tokens)
      return {
        ...old,
        tokens: tokens + added[i].tokens,
        matrix: this.mean(own, matrix, added[i].matrix, columns, share),
      }
    })
  }

  /** old + share · (new − old), f32 [columns, columns]. */
  private mean(own: Scope, old: RowTiles, added: RowTiles, columns: number, share: number): RowTiles {
    const square = (label: string) => own.own(RowTiles.create(this.gpu, label, columns, columns))
    const mean = square('hessian')
    const differences = square('difference of hessians')
    const batch = this.gpu.batch('join hessians')
    for (const [at, { rows, buffer: result }] of mean.tiles.entries()) {
      const [left, right, difference] = [added, old, differences].map(({ tiles }) => tiles[at].buffer)
      const elements = rows * columns
      scaledSum(batch, { left, right, result: difference }, { elements, factor: -1 })
      scaledSum(batch, { left: right, right: difference, result }, { elements, factor: share })
    }
    batch.flush()
    return mean
  }
}
