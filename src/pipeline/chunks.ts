// The hidden states of all windows, in chunks of several windows: as many as fit the intermediate buffers and a fraction of a second.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { bindableBytes } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import type { Model } from '../model/model.ts'

export interface Chunk {
  /** Token ids [tokens]. */
  ids: Uint32Array
  /** f32 [tokens, hidden] */
  hidden: GpuBuffer
  windows: readonly Uint32Array[]
  tokens: number
}

/** Bytes of the widest intermediate buffer, at most. */
const WIDEST_BYTES = 64 << 20
/** Submits' worth of work in one block's pass over a chunk: what passes between two events. */
const SUBMITS = 5

/** Windows of `window` tokens in a chunk, at most `windows`. */
export function windowsPerChunk(
  { adapter, workPerSubmit }: Pick<Gpu, 'adapter' | 'workPerSubmit'>,
  model: Pick<Model, 'layers' | 'facts'>,
  { window, windows }: { window: number; windows: number },
): number {
  const widest = model.layers.reduce((most, { rows, columns }) => Math.max(most, rows, columns), model.facts.hidden)
  const weights = model.layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0) / model.facts.blocks
  const byMemory = Math.min(WIDEST_BYTES, bindableBytes(adapter)) / (4 * window * widest)
  const byWork = (SUBMITS * workPerSubmit) / (window * weights)
  return Math.max(1, Math.min(windows, Math.floor(Math.min(byMemory, byWork))))
}

/** Chunks of windows of one length, with their hidden states; frees them all together. */
export class Chunks implements Disposable {
  readonly all: readonly Chunk[]
  readonly windows: number
  readonly window: number
  /** Tokens of the largest chunk. */
  readonly tokens: number
  private readonly scope: Scope

  constructor(gpu: Gpu, model: Model, windows: readonly Uint32Array[]) {
    this.scope = new Scope(gpu)
    this.windows = windows.length
    this.window = windows[0].length
    const most = windowsPerChunk(gpu, model, { window: this.window, windows: windows.length })
    this.tokens = most * this.window
    try {
      this.all = Array.from({ length: Math.ceil(windows.length / most) }, (_, i) => {
        const part = windows.slice(i * most, (i + 1) * most)
        const tokens = part.length * this.window
        const ids = new Uint32Array(tokens)
        part.forEach((window, w) => ids.set(window, w * this.window))
        const hidden = this.scope.buffer('hidden states', 4 * tokens * model.facts.hidden)
        return { ids, hidden, windows: part, tokens }
      })
    } catch (error) {
      this.scope[Symbol.dispose]()
      throw error
    }
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
