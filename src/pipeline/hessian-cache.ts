// Hessians of the unquantized model, kept in ordinary memory as upper triangles, so that another bit width needs no second calibration.
import type { Gpu } from '../gpu/gpu.ts'
import type { LayerFacts } from './events.ts'
import type { CapturedHessian } from './calibrate.ts'

interface Kept {
  layers: LayerFacts[]
  columns: number
  tokens: number
  /** Rows of the upper triangle one after another: columns · (columns + 1) / 2. */
  upper: Float32Array
}

/** Bytes of all Hessians of a run with these column counts. */
export function cachedBytes(columns: readonly number[]): number {
  return columns.reduce((sum, n) => sum + 2 * n * (n + 1), 0)
}

export class HessianCache {
  /** What the kept Hessians were made from: model, text, windows. */
  private key = ''
  private readonly blocks = new Map<number, Kept[]>()

  /** `budgetBytes`: above it nothing is kept, and a run says so. */
  constructor(readonly budgetBytes = 2 ** 31) {}

  /** True when every block is here for this key. */
  holds(key: string, blocks: number): boolean {
    return this.key === key && this.blocks.size === blocks
  }

  /** Forgets everything made from something else. */
  begin(key: string): void {
    this.blocks.clear()
    this.key = key
  }

  async keep(gpu: Gpu, block: number, captured: readonly CapturedHessian[]): Promise<void> {
    const kept: Kept[] = []
    for (const { layers, columns, tokens, matrix } of captured) {
      const full = await gpu.readF32(matrix)
      const upper = new Float32Array((columns * (columns + 1)) / 2)
      for (let i = 0, at = 0; i < columns; at += columns - i++)
        upper.set(full.subarray(i * columns + i, (i + 1) * columns), at)
      kept.push({ layers, columns, tokens, upper })
    }
    this.blocks.set(block, kept)
  }

  /** The Hessians of a block on the GPU again; the caller owns the matrices. */
  load(gpu: Gpu, block: number): CapturedHessian[] {
    const kept = this.blocks.get(block)
    if (!kept) throw new Error(`no Hessians of block ${block} are kept`)
    return kept.map(({ layers, columns, tokens, upper }) => {
      const full = new Float32Array(columns * columns)
      for (let i = 0, at = 0; i < columns; i++)
        for (let j = i; j < columns; j++, at++) full[i * columns + j] = full[j * columns + i] = upper[at]
      return { layers, columns, tokens, matrix: gpu.upload(`hessian ${layers[0].layer}`, full) }
    })
  }
}
