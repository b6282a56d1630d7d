// Hessians of the unquantized model, kept in ordinary memory as upper triangles, so that another bit width needs no
// second calibration; and, where there is room, what solvers found out about them.
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { Triangle } from '../quantize/triangle.ts'
import type { LayerFacts } from './events.ts'
import type { CapturedHessian, KnownFacts } from './capture.ts'

/** One Hessian in ordinary memory. */
export interface KeptHessian {
  layers: LayerFacts[]
  columns: number
  tokens: number
  upper: Triangle
  /** The same of held-out windows; absent where none are. */
  heldOut: Triangle | undefined
  known: KnownFacts | undefined
}

/** Above this nothing is kept. */
export const HESSIAN_BUDGET_BYTES = 2 ** 31

/** Factors of two orders, upper triangles as well. */
const FACTS_SHARE = 2

/** Bytes of all Hessians of a run with these column counts. */
export function cachedBytes(columns: readonly number[]): number {
  return columns.reduce((sum, n) => sum + 2 * n * (n + 1), 0)
}

export class HessianCache {
  /** What the kept Hessians were made from: model, text, windows. */
  private key = ''
  private facts = false
  private readonly blocks = new Map<number, KeptHessian[]>()

  /** `budgetBytes`: above it nothing is kept, and a run says so. */
  constructor(readonly budgetBytes = HESSIAN_BUDGET_BYTES) {}

  /** True when every block is here for this key. */
  holds(key: string, blocks: number): boolean {
    return this.key === key && this.blocks.size === blocks
  }

  /** True when what is kept was made from this. */
  isOf(key: string): boolean {
    return this.key === key
  }

  /** True when that block is here. */
  has(block: number): boolean {
    return this.blocks.has(block)
  }

  /** Forgets everything made from something else; `bytes` are those of all Hessians to come. */
  begin(key: string, bytes: number): void {
    this.blocks.clear()
    this.key = key
    this.facts = (1 + FACTS_SHARE) * bytes <= this.budgetBytes
  }

  /** Keeps them; what is found out about them from now on is kept as well. */
  async keep(gpu: Gpu, block: number, captured: readonly CapturedHessian[]): Promise<void> {
    const kept: KeptHessian[] = []
    for (const one of captured) {
      const { layers, columns, tokens, matrix } = one
      if (this.facts) one.known = { factors: new Map(), energies: new Map() }
      const upper = await Triangle.read(gpu, matrix)
      const heldOut = one.heldOut && (await Triangle.read(gpu, one.heldOut))
      kept.push({ layers, columns, tokens, upper, heldOut, known: one.known })
    }
    this.blocks.set(block, kept)
  }

  /** The Hessians of a block on the GPU again; the caller owns the matrices. */
  load(gpu: Gpu, block: number): CapturedHessian[] {
    const kept = this.blocks.get(block)
    if (!kept) throw new Error(`no Hessians of block ${block} are kept`)
    return kept.map((one) => uploaded(gpu, one))
  }

  /** The one that a layer reads; undefined where none is kept. */
  of(layer: string): KeptHessian | undefined {
    for (const kept of this.blocks.values()) {
      const one = kept.find(({ layers }) => layers.some((facts) => facts.layer === layer))
      if (one) return one
    }
    return undefined
  }
}

/** On the GPU again; the caller owns the matrices. */
export function uploaded(gpu: Gpu, { layers, columns, tokens, upper, heldOut, known }: KeptHessian): CapturedHessian {
  const whole = (what: string, triangle: Triangle) =>
    RowTiles.upload(gpu, `${what} ${layers[0].layer}`, columns, columns, (part, first) =>
      triangle.symmetric(part, first),
    )
  const matrix = whole('hessian', upper)
  return {
    layers,
    columns,
    tokens,
    matrix,
    ...(heldOut && { heldOut: whole('held-out hessian', heldOut) }),
    ...(known && { known }),
  }
}
